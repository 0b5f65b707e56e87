/** Files by what they hold: each content once, directories that link to it. */
@NullMarked
package dev.tenon.catalog.internal.content;

import org.jspecify.annotations.NullMarked;
