/** What sources of many files share: rules of their names, and several at once. */
@NullMarked
package dev.tenon.catalog.internal.transfer;

import org.jspecify.annotations.NullMarked;
