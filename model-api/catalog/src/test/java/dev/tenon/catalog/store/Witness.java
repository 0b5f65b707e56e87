package dev.tenon.catalog.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What processes told of a store, and whether the store holds to it. */
final class Witness {
  private final Map<String, String> committed = new HashMap<>();
  private final Set<String> perhapsRemoved = new HashSet<>();
  private final Map<String, Set<Integer>> aliases = new HashMap<>();

  /** Hears the lines of a process in their order. */
  void hear(List<String> lines) {
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "committed" -> committed.put(words[1], words[2]);
        case "removing" -> perhapsRemoved.add(words[1]);
        case "aliasing" -> moves(words).add(Integer.parseInt(words[3]));
        case "aliased" -> {
          moves(words).clear();
          moves(words).add(Integer.parseInt(words[3]));
        }
        default -> {}
      }
    }
  }

  private Set<Integer> moves(String[] words) {
    return aliases.computeIfAbsent(words[1] + " " + words[2], key -> new HashSet<>());
  }

  int commits() {
    return committed.size();
  }

  /** All that was told holds, and all that is visible is whole. */
  void check(ModelStore store) {
    List<StoredVersion> all = store.list(StoreQuery.ALL);
    Map<String, String> digests =
        all.stream().collect(Collectors.toMap(x -> x.ref().text(), StoredVersion::digest));
    committed.forEach(
        (ref, digest) -> {
          if (!perhapsRemoved.contains(ref)) {
            assertThat(digests).containsEntry(ref, digest);
          }
        });
    Set<String> verified = new HashSet<>();
    for (StoredVersion version : all) {
      if (verified.add(version.digest())) {
        store.verify(version);
      }
    }
    checkAliases(store, all);
  }

  private void checkAliases(ModelStore store, List<StoredVersion> all) {
    Set<ObjectName> names = all.stream().map(StoredVersion::object).collect(Collectors.toSet());
    for (ObjectName name : names) {
      store
          .aliases(name)
          .forEach(
              (alias, number) ->
                  assertThat(store.resolve(new VersionRef(name, alias)).number())
                      .isEqualTo(number));
    }
    aliases.forEach(
        (key, numbers) -> {
          String[] words = key.split(" ", -1);
          assertThat(store.aliases(ObjectName.model(words[0])).get(words[1])).isIn(numbers);
        });
  }

  /** After a collection there is nothing that no version names. */
  static void checkNothingIsLeft(ModelStore store) throws IOException {
    Set<String> trees = new TreeSet<>();
    Set<Object> inodes = new HashSet<>();
    for (StoredVersion version : store.list(StoreQuery.ALL)) {
      trees.add(version.digest());
      for (Path file : files(version.directory())) {
        inodes.add(Files.getAttribute(file, "unix:ino"));
      }
    }
    Path home = store.home();
    try (Stream<Path> there = Files.list(home.resolve("trees"))) {
      assertThat(there.map(x -> x.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(trees);
    }
    for (Path blob : files(home.resolve("blobs"))) {
      assertThat(inodes).contains(Files.getAttribute(blob, "unix:ino"));
    }
    assertThat(files(home.resolve("staging"))).isEmpty();
    assertThat(files(home.resolve("sessions"))).hasSize(1);
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
