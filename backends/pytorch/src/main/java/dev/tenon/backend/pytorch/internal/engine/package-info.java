/**
 * Engines over libtorch in this JVM: batches in, outputs out. What a {@link
 * dev.tenon.backend.pytorch.internal.engine.TrainingModel} or a {@link
 * dev.tenon.backend.pytorch.internal.engine.CachedModel} is tells where weights, gradients and
 * moments live: held on the device by the backend pytorch, elsewhere by the backend offload. No
 * compatibility is promised.
 */
@NullMarked
package dev.tenon.backend.pytorch.internal.engine;

import org.jspecify.annotations.NullMarked;
