/**
 * The network, as far as the catalog goes there: every address is asked for here, so one policy
 * holds for archives, git, LFS, hubs and buckets. In go URLs, out come bytes or a typed error.
 */
@NullMarked
package dev.tenon.catalog.net;

import org.jspecify.annotations.NullMarked;
