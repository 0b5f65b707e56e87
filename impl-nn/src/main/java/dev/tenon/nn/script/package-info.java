@NullMarked
package dev.tenon.nn.script;

import org.jspecify.annotations.NullMarked;
