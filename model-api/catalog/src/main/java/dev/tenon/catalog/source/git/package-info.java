/**
 * Files of git repositories, without a git process: no checkout, no hook, no filter, no submodule;
 * and the large files that git LFS keeps outside of them.
 */
@NullMarked
package dev.tenon.catalog.source.git;

import org.jspecify.annotations.NullMarked;
