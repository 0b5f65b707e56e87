/** What several algorithms share and no user names. */
@NullMarked
package dev.tenon.modelinterface.internal;

import org.jspecify.annotations.NullMarked;
