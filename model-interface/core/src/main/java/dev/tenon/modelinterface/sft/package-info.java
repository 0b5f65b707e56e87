/** Supervised fine-tuning: the mean negative log-probability of the tokens to learn. */
@NullMarked
package dev.tenon.modelinterface.sft;

import org.jspecify.annotations.NullMarked;
