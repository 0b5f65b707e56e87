package dev.tenon.modelinterface.loop;

/**
 * The best evaluation of a run.
 *
 * @param step steps done when it was taken, counted from the start of the first run
 * @param value of the metric that the run is judged by
 */
public record BestStep(long step, double value) {}
