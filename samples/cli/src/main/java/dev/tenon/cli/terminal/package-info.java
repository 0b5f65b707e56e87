/** What a command does with the terminal that it was started from. */
@NullMarked
package dev.tenon.cli.terminal;

import org.jspecify.annotations.NullMarked;
