/**
 * Settings as values: how a model is trained ({@link dev.tenon.spec.FinetuneSpec}) and with which
 * arguments a registered name is created ({@link dev.tenon.spec.Arguments}, {@link
 * dev.tenon.spec.ModelConfig}).
 */
@NullMarked
package dev.tenon.spec;

import org.jspecify.annotations.NullMarked;
