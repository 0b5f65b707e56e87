package dev.tenon.catalog.job;

import dev.tenon.catalog.spec.ModelSpec.Resources;
import dev.tenon.catalog.spec.ModelSpec.TrainingMode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one attempt of a job is given, and how it answers. Safe for threads. */
public interface JobContext {
  /** The files of the source, to be read only; their digests are checked after the run. */
  Optional<Path> saved();

  /** An empty directory for the result. */
  Path trained();

  /** The files of the dataset, to be read only; their digests are checked after the run. */
  Optional<Path> data();

  /** Parameters, those of an image's mapping included; values as the description types them. */
  Map<String, @Nullable Object> params();

  /** The environment of the description, secrets resolved. */
  Map<String, String> env();

  /** What the run may use. */
  Resources resources();

  /** From other weights or from none, if the description says so. */
  Optional<TrainingMode> mode();

  /** Writes a line into the job's log; secrets are blotted out. */
  void log(String line);

  /** Whether the job is to end without a result: cancelled, or out of time. */
  boolean cancelled();

  /** Runs once when the job is to end, on another thread; at once if it already is. */
  void onCancel(Runnable action);

  /** Keeps a measure for the new version; a later value replaces an earlier one. */
  void metric(String name, double value);
}
