/** What {@code tenon doctor} looks at and how it tells. */
@NullMarked
package dev.tenon.cli.doctor;

import org.jspecify.annotations.NullMarked;
