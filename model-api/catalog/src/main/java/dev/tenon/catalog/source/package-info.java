/**
 * Where files come from. In go what a description says and who may be asked, out comes a directory
 * that is whole or not there, and a record of what it holds.
 */
@NullMarked
package dev.tenon.catalog.source;

import org.jspecify.annotations.NullMarked;
