package dev.tenon.checkpoint;

import dev.tenon.checkpoint.CheckpointDirectory.Checkpoint;
import dev.tenon.error.CheckpointException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which checkpoint of a root a run goes on from: the one that {@code latest} names, else the newest
 * that is whole, contents compared. What is found to be damaged on the way is put aside, but only
 * when a good one is there: otherwise everything stays as it is for a person to look at. Used once.
 */
final class LoadRules {
  private static final Logger LOG = LoggerFactory.getLogger(LoadRules.class);

  private final Path root;
  private final LatestFile latest;
  private final List<String> problems = new ArrayList<>();
  private final List<Path> damaged = new ArrayList<>();

  LoadRules(Path root) {
    this.root = root;
    this.latest = LatestFile.of(root);
  }

  /**
   * Empty if nothing was ever committed there.
   *
   * @throws CheckpointException if there are traces of checkpoints and none is good
   */
  Optional<Checkpoint> choose() throws IOException {
    Optional<Checkpoint> named = Optional.empty();
    try {
      named = latest.exists() ? Optional.of(latest.read()) : named;
    } catch (CheckpointException e) {
      problems.add(String.valueOf(e.getMessage()));
      damaged.add(latest.file());
    }
    for (Checkpoint candidate : candidates(named)) {
      if (isGood(candidate)) {
        settle(candidate);
        return Optional.of(candidate);
      }
    }
    refuseTraces();
    return Optional.empty();
  }

  private List<Checkpoint> candidates(Optional<Checkpoint> named) throws IOException {
    List<Checkpoint> candidates = new ArrayList<>(named.stream().toList());
    List<Checkpoint> all = StepDirectories.list(root);
    for (int i = all.size() - 1; i >= 0; i--) {
      if (!candidates.contains(all.get(i))) {
        candidates.add(all.get(i));
      }
    }
    return candidates;
  }

  /** What cannot be read is not known to be damaged: an {@link IOException} is passed on. */
  private boolean isGood(Checkpoint candidate) throws IOException {
    try {
      Manifest.read(candidate.directory()).check(candidate.directory(), true);
      return true;
    } catch (CheckpointException e) {
      problems.add(String.valueOf(e.getMessage()));
      damaged.add(candidate.directory());
      return false;
    }
  }

  private void settle(Checkpoint good) throws IOException {
    for (int i = 0; i < damaged.size(); i++) {
      Path aside = Durable.quarantine(damaged.get(i));
      LOG.warn(
          "{}: damaged, put aside as {}; the run goes on from {}",
          problems.get(i),
          aside.getFileName(),
          good.directory());
    }
    if (!damaged.isEmpty()) {
      latest.write(good);
    }
  }

  private void refuseTraces() throws IOException {
    List<String> names;
    try (Stream<Path> files = Files.list(root)) {
      names = files.map(x -> String.valueOf(x.getFileName())).sorted().toList();
    }
    for (String name : names) {
      if (StepDirectories.isTrace(name) && damaged.stream().noneMatch(x -> x.endsWith(name))) {
        problems.add(Problems.problem(root.resolve(name).toString(), "not a checkpoint", "none"));
      } else if (StepDirectories.isForeign(name)) {
        String rule = "no other program's state, for it is never read";
        problems.add(Problems.problem(root.resolve(name).toString(), "not a checkpoint", rule));
      } else if (StepDirectories.isLeftover(name)) {
        LOG.warn("{}: a commit that did not finish", root.resolve(name));
      }
    }
    if (!problems.isEmpty()) {
      throw new CheckpointException(
          root
              + ": no checkpoint is whole: "
              + String.join("; ", problems)
              + "; a run starts anew only where there is none: take another directory, or move"
              + " these away");
    }
  }
}
