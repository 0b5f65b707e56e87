/** Text in, text out: the thread-safe level above models and batches. */
@NullMarked
package dev.tenon.modelinterface.text;

import org.jspecify.annotations.NullMarked;
