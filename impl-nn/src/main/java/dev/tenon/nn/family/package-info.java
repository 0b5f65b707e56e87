/** What a family of networks tells: from a configuration to parameters and a program. */
@NullMarked
package dev.tenon.nn.family;

import org.jspecify.annotations.NullMarked;
