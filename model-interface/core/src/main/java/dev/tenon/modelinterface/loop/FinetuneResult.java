package dev.tenon.modelinterface.loop;

import dev.tenon.model.Metrics;
import dev.tenon.model.ModelVersion;

/**
 * How a run ended.
 *
 * @param version steps done, counted from the start of the first run
 * @param lastStep the last step's metrics; empty if there was no step
 * @param lastEvaluation the last evaluation's metrics; empty if there was none
 * @param stopped whether it ended early, because it was asked to
 */
public record FinetuneResult(
    ModelVersion version, Metrics lastStep, Metrics lastEvaluation, boolean stopped) {}
