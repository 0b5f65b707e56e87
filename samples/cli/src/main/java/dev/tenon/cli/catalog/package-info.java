/** Commands around the catalog: descriptions, versions, jobs, notebooks. */
@NullMarked
package dev.tenon.cli.catalog;

import org.jspecify.annotations.NullMarked;
