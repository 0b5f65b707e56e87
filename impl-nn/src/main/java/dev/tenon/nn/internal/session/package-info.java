/**
 * Generation sessions without a runtime: which requests live, what their next tokens may be. A
 * backend gives {@link dev.tenon.nn.internal.session.SessionRows}, the passes.
 */
@NullMarked
package dev.tenon.nn.internal.session;

import org.jspecify.annotations.NullMarked;
