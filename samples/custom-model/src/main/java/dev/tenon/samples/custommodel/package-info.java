/** A network, an algorithm and an objective that no part of Tenon knows. */
@NullMarked
package dev.tenon.samples.custommodel;

import org.jspecify.annotations.NullMarked;
