/** One model as a bean of Spring, and a controller that streams its answers. */
@NullMarked
package dev.tenon.samples.springboot;

import org.jspecify.annotations.NullMarked;
