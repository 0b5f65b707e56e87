/** TorchScript texts: the parts that families share, and how they become programs. */
@NullMarked
package dev.tenon.nn.script;

import org.jspecify.annotations.NullMarked;
