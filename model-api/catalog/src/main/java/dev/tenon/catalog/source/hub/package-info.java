/**
 * Models of the HuggingFace hub. In go the name of a repository and a revision, out come its files,
 * by way of the cache that Python's huggingface_hub keeps: what one of both brought, the other has.
 */
@NullMarked
package dev.tenon.catalog.source.hub;

import org.jspecify.annotations.NullMarked;
