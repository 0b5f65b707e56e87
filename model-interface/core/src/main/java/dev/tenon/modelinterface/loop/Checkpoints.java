package dev.tenon.modelinterface.loop;

import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.checkpoint.CheckpointDirectory.Checkpoint;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Problems;
import dev.tenon.model.TrainEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The checkpoints of a run.
 *
 * @param root where they lie
 * @param everySteps steps between two
 * @param keepLast how many of the newest to keep; empty: all
 * @param keepBest whether the best one is made and kept
 * @param resume whether to go on from the latest
 */
record Checkpoints(
    Path root, long everySteps, OptionalInt keepLast, boolean keepBest, boolean resume) {

  /**
   * The checkpoint to go on from, its contents checked: an older one if the latest is damaged.
   *
   * @throws CheckpointException if the root cannot be written, there are checkpoints and none is
   *     whole, or there is one although the run is to start anew
   */
  Optional<Checkpoint> toResume() {
    requireWritable();
    Optional<Checkpoint> latest = resume ? Optional.empty() : CheckpointDirectory.latest(root);
    if (latest.isPresent()) {
      throw new CheckpointException(
          Problems.problem(
              String.valueOf(root),
              "checkpoints of an earlier run, the latest at step " + latest.get().step(),
              "no checkpoint, or resumeOrStart"));
    }
    return CheckpointDirectory.resume(root);
  }

  /** The checkpoint that a run goes on from which made all that there are, or found them itself. */
  Optional<Checkpoint> ofThisRun() {
    return CheckpointDirectory.resume(root);
  }

  private void requireWritable() {
    try {
      Files.createDirectories(root);
    } catch (IOException e) {
      throw notWritable(String.valueOf(e), e);
    }
    if (!Files.isWritable(root)) {
      throw notWritable("not writable", new IOException(String.valueOf(root)));
    }
  }

  private CheckpointException notWritable(String found, IOException cause) {
    return new CheckpointException(
        Problems.problem(String.valueOf(root), found, "a writable directory"), cause);
  }

  /** Writes a checkpoint; only when it is durable are older ones removed. */
  Checkpoint commit(TrainEngine engine, LoopState state) {
    long step = state.version().globalStep();
    Checkpoint made =
        CheckpointDirectory.commit(
            root,
            step,
            directory -> {
              engine.saveState(directory);
              state.write(directory);
            });
    keepLast.ifPresent(count -> removeOld(step, count, state.history().best()));
    return made;
  }

  /** Checkpoints of later steps, left by a run that was taken back, are not ours to count. */
  private void removeOld(long step, int count, Optional<BestStep> best) {
    List<Checkpoint> done =
        CheckpointDirectory.all(root).stream().filter(x -> x.step() <= step).toList();
    for (Checkpoint each : done.subList(0, Math.max(0, done.size() - count))) {
      boolean isBest = keepBest && best.filter(x -> x.step() == each.step()).isPresent();
      if (!isBest) {
        CheckpointDirectory.remove(each);
      }
    }
  }

  /** Whether the best step's checkpoint is there, if it has to be. */
  boolean has(Optional<BestStep> best) {
    return !keepBest || best.isEmpty() || find(best.get()).isPresent();
  }

  private Optional<Checkpoint> find(BestStep best) {
    return CheckpointDirectory.all(root).stream().filter(x -> x.step() == best.step()).findFirst();
  }

  /** Takes the engine back to the best step. */
  void loadBest(TrainEngine engine, BestStep best) {
    Path directory = find(best).orElseThrow().directory();
    CheckpointDirectory.verify(directory);
    engine.loadState(directory);
  }
}
