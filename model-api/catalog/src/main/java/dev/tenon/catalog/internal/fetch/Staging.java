package dev.tenon.catalog.internal.fetch;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Durable;
import dev.tenon.internal.FileTree;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Fills a directory so that it is whole or not there. The work is done in {@code .<name>.fetch}
 * beside it: {@code files} becomes the directory, {@code work} holds what is unfinished, {@code
 * asked.json} says for which request. After a failure it stays for the next call with the same
 * request. One fetch at a time works on a destination, on one machine.
 */
public final class Staging {
  private final Path destination;
  private final Path root;
  private final Path files;
  private final Path work;
  private final Map<String, String> asked;

  private Staging(Path destination, Map<String, String> asked) {
    this.destination = destination;
    this.root = destination.resolveSibling("." + destination.getFileName() + ".fetch");
    this.files = root.resolve("files");
    this.work = root.resolve("work");
    this.asked = new TreeMap<>(asked);
  }

  /** Brings the files of a directory. */
  @FunctionalInterface
  public interface Filler {
    /**
     * Fills it, and verifies what can be verified.
     *
     * @return where the files came from, for the lineage: without secrets
     */
    Map<String, String> fill(Filling filling) throws IOException;
  }

  /**
   * Fills a directory. One that an equal request filled, and whose files are unchanged, is returned
   * at once; other files of a former fetch are replaced.
   *
   * @param asked what identifies the request, without secrets: {@code kind}, {@code url}, …
   * @throws TransferException if another fetch works on it, or the disk does not let it
   * @throws InvalidInputException if the directory holds files that no fetch brought
   */
  public static Fetched into(Path destination, Map<String, String> asked, Filler filler) {
    Path target = destination.toAbsolutePath().normalize();
    if (target.getFileName() == null) {
      throw new InvalidInputException(
          Problems.problem("destination", destination, "a directory that has a name"));
    }
    Staging staging = new Staging(target, asked);
    try {
      Files.createDirectories(Durable.parent(target));
      try (StagingLock lock = StagingLock.take(staging.root)) {
        return staging.fetch(filler);
      }
    } catch (IOException e) {
      String what = e.getClass().getSimpleName() + " " + e.getMessage();
      throw new TransferException(
          Problems.problem(destination.toString(), what, "a writable directory with room"), e);
    }
  }

  private Fetched fetch(Filler filler) throws IOException {
    Optional<FetchRecord> record = checkDestination();
    if (record.isPresent()
        && record.get().asked().equals(asked)
        && record.get().holds(destination)) {
      Durable.deleteTree(root);
      return record.get().fetched();
    }
    prepare();
    Filling filling = new Filling(files, work);
    Map<String, String> origin = filler.fill(filling);
    SortedMap<String, String> digests = filling.digests();
    Fetched fetched = new Fetched(FileTree.digest(digests), origin);
    new FetchRecord(asked, fetched, digests).write(files);
    FileTree.sync(files);
    publish();
    return fetched;
  }

  /** The record of the destination; an error if it holds what a fetch must not replace. */
  private Optional<FetchRecord> checkDestination() throws IOException {
    if (!Files.exists(destination, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (!Files.isDirectory(destination, LinkOption.NOFOLLOW_LINKS)) {
      throw notOurs("no directory");
    }
    Optional<FetchRecord> record = FetchRecord.read(destination);
    SortedMap<String, String> ours = record.map(FetchRecord::files).orElse(new TreeMap<>());
    Optional<String> other = firstOther(ours);
    if (other.isPresent()) {
      throw notOurs(other.get());
    }
    return record;
  }

  private Optional<String> firstOther(SortedMap<String, String> ours) throws IOException {
    try (Stream<Path> all = Files.walk(destination)) {
      return all.filter(x -> !Files.isDirectory(x, LinkOption.NOFOLLOW_LINKS))
          .map(x -> destination.relativize(x).toString().replace('\\', '/'))
          .filter(x -> !ours.containsKey(x))
          .filter(x -> ours.isEmpty() || !x.equals(FetchRecord.FILE))
          .findFirst();
    }
  }

  private InvalidInputException notOurs(String found) {
    return new InvalidInputException(
        Problems.problem(
            "destination " + destination,
            "holds " + found,
            "a directory that is not there, is empty, or holds the files of a fetch alone"));
  }

  private void prepare() throws IOException {
    Path note = root.resolve("asked.json");
    byte[] text = Json.prettyBytes(asked);
    boolean same = Files.isRegularFile(note) && Arrays.equals(text, Files.readAllBytes(note));
    if (!same) {
      Durable.deleteTree(root);
      Files.createDirectories(root);
      Durable.writeFile(note, text);
    }
    Files.createDirectories(files);
    Files.createDirectories(work);
  }

  /** Gives the files their name; what was there goes when they have it. */
  private void publish() throws IOException {
    Path former = root.resolve("former");
    Durable.deleteTree(former);
    if (Files.exists(destination, LinkOption.NOFOLLOW_LINKS)) {
      Durable.rename(destination, former);
    }
    Durable.rename(files, destination);
    Durable.deleteTree(root);
  }
}
