/**
 * Jinja templates, as Python's jinja2 renders them in the sandbox that HuggingFace transformers
 * puts chat templates into: {@code trim_blocks}, {@code lstrip_blocks}, {@code break} and {@code
 * continue}, the {@code generation} tag. A template reaches the values it is given and nothing
 * else: there is no reflection here. Steps, text and depth of a rendering are bounded.
 */
@NullMarked
package dev.tenon.nn.jinja;

import org.jspecify.annotations.NullMarked;
