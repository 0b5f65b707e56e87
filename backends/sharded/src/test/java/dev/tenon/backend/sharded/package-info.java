@NullMarked
package dev.tenon.backend.sharded;

import org.jspecify.annotations.NullMarked;
