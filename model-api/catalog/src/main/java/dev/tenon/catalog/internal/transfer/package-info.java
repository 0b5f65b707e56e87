/** What sources of many files share: several at once, heard one at a time. */
@NullMarked
package dev.tenon.catalog.internal.transfer;

import org.jspecify.annotations.NullMarked;
