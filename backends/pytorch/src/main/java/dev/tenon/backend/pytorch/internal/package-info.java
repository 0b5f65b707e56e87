@NullMarked
package dev.tenon.backend.pytorch.internal;

import org.jspecify.annotations.NullMarked;
