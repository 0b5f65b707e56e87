/**
 * Container images, which are described and never run here. In goes an image and its parameters,
 * out comes a build context.
 */
@NullMarked
package dev.tenon.catalog.source.image;

import org.jspecify.annotations.NullMarked;
