package dev.tenon.modelinterface.loop;

import dev.tenon.model.Metrics;
import dev.tenon.model.ModelVersion;
import java.util.Optional;

/**
 * How a run ended.
 *
 * @param version steps done, counted from the start of the first run
 * @param lastStep the last step's metrics; empty if this run made no step
 * @param lastEvaluation the last evaluation's metrics; empty if this run made none
 * @param stopped whether it ended before its last step because it was asked to
 * @param stoppedEarly whether it ended before its last step because evaluations got no better
 * @param best the best evaluation, those before a resume included; empty if there was none
 */
public record FinetuneResult(
    ModelVersion version,
    Metrics lastStep,
    Metrics lastEvaluation,
    boolean stopped,
    boolean stoppedEarly,
    Optional<BestStep> best) {}
