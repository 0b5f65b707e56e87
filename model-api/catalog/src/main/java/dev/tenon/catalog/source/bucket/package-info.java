/**
 * Objects of S3-compatible buckets. In go an endpoint, keys and {@code s3://bucket/prefix}, out
 * come files; and trees of files go in and come out again, each content once. Every request is sent
 * by the one client of the catalog.
 */
@NullMarked
package dev.tenon.catalog.source.bucket;

import org.jspecify.annotations.NullMarked;
