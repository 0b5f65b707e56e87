/** Running an algorithm over its data, step by step. */
@NullMarked
package dev.tenon.modelinterface.loop;

import org.jspecify.annotations.NullMarked;
