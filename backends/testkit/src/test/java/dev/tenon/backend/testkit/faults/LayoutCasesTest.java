package dev.tenon.backend.testkit.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.backend.testkit.FakeBackend;
import dev.tenon.backend.testkit.FakeNetwork;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.checkpoint.CheckpointDirectory.Checkpoint;
import dev.tenon.checkpoint.HostWeights;
import dev.tenon.checkpoint.ShardedWeights;
import dev.tenon.checkpoint.ShardedWriter;
import dev.tenon.checkpoint.Weights;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.TenonException;
import dev.tenon.model.Head;
import dev.tenon.model.Model;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What may lie in a checkpoint root: a run goes on from a state that is whole, or is told which
 * file is not, and never starts anew by itself. The root has checkpoints of steps 1 and 2, real
 * ones with the moments in several shards. The file is long because the cases are a list.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "symbolic links")
class LayoutCasesTest {
  @TempDir private Path directory;
  private Path root = Path.of("");

  /** What a case does to the root. */
  @FunctionalInterface
  private interface Change {
    void to(Path root) throws IOException;
  }

  /** What is done, and a part of the error if nothing else is there. */
  private record Case(String name, String error, Change change) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeEach
  void twoCheckpoints() {
    root = directory.resolve("root");
    try (Model model = ToyRun.model()) {
      for (int step = 1; step <= 2; step++) {
        ToyRun.train(model, step);
        CheckpointDirectory.commit(
            root,
            step,
            target -> {
              model.trainEngine().saveState(target);
              inShards(target);
            });
      }
    }
  }

  /** As the writer leaves states that are larger than a shard. */
  private static void inShards(Path state) throws IOException {
    Weights moments = ShardedWeights.open(state, "optimizer");
    Map<String, TensorData> tensors = new TreeMap<>();
    Map<String, Weights.Info> infos = new TreeMap<>();
    for (String name : moments.names()) {
      tensors.put(name, moments.read(name));
      infos.put(name, moments.info(name));
    }
    Files.delete(state.resolve("optimizer.safetensors"));
    Weights copies = HostWeights.of(tensors);
    ShardedWriter.write(state, "optimizer", infos, Map.of(), 2000, copies::read);
    try (Stream<Path> files = Files.list(state)) {
      assertThat(files.filter(x -> x.toString().endsWith(".safetensors"))).hasSizeGreaterThan(2);
    }
  }

  /** What makes the latest checkpoint bad. */
  static List<Case> badCheckpoints() {
    return List.of(
        inTwo("truncated manifest", "manifest.json", x -> cut(x, "manifest.json", 50)),
        inTwo("no manifest", "manifest.json: missing", x -> Files.delete(x.resolve(MANIFEST))),
        inTwo("manifest that is a list", "manifest.json", x -> put(x, MANIFEST, "[]")),
        listing("../../outside.json"),
        listing("/etc/hostname"),
        listing("model/../state.json"),
        listing("model/./config.json"),
        listing("model//config.json"),
        inTwo("file listed twice", "listed once", x -> edit(x, MANIFEST, twice("state.json"))),
        inTwo(
            "negative size",
            "state.json",
            x -> edit(x, MANIFEST, y -> y.replace("bytes\": ", "bytes\": -"))),
        inTwo("wrong hash", "changed", x -> edit(x, MANIFEST, LayoutCasesTest::otherHash)),
        inTwo("flipped byte", "changed", x -> flip(x.resolve("model/model.safetensors"))),
        inTwo("wrong size", "state.json: 9 bytes", x -> put(x, "state.json", "{\"a\": 1}\n")),
        inTwo("empty file", "state.json: 0 bytes", x -> put(x, "state.json", "")),
        inTwo("missing shard", "missing", x -> Files.delete(shard(x, 2))),
        inTwo(
            "extra shard",
            "not in manifest.json",
            x -> Files.copy(shard(x, 1), x.resolve("optimizer-00099-of-00099.safetensors"))),
        inTwo(
            "shards of another world size",
            "zero_pp_rank_1_mp_rank_00_optim_states.pt: not in manifest.json",
            x -> put(x, "zero_pp_rank_1_mp_rank_00_optim_states.pt", "cposix\nsystem\n(S'x'\ntR.")),
        inTwo("link to a file", "neither", x -> link(x, "model/config.json")),
        inTwo("empty directory", "manifest.json: missing", LayoutCasesTest::empty));
  }

  /** What is wrong beside the checkpoints. */
  static List<Case> badNames() {
    return List.of(
        latest("empty latest", ""),
        latest("latest that leaves the root", "../step-1\n"),
        latest("latest with a path", "step-2/../step-1"),
        latest("absolute latest", "/etc"),
        latest("latest that names nothing", "step-99\n"),
        latest("latest of DeepSpeed", "global_step2"),
        latest("long latest", "x".repeat(100_000)),
        new Case(
            "latest that is a directory",
            "latest",
            x -> {
              Files.delete(x.resolve("latest"));
              Files.createDirectory(x.resolve("latest"));
            }),
        new Case("latest that is a link", "latest", x -> link(x, "latest")));
  }

  static List<Case> harmless() {
    return List.of(
        new Case("as it was", "", x -> {}),
        new Case("no latest", "", x -> Files.delete(x.resolve("latest"))),
        new Case("leftover of a commit", "", x -> temporary(x, ".step-3.tmp-1")),
        new Case("damaged before", "", x -> temporary(x, ".step-9.bad-20260101T000000Z-1")),
        new Case("number with zeros", "", x -> temporary(x, "step-007")),
        new Case("negative number", "", x -> temporary(x, "step--7")),
        new Case("huge number", "", x -> temporary(x, "step-99999999999999999999")),
        new Case("number with a fraction", "", x -> temporary(x, "step-7.5")),
        new Case("file with the name of a step", "", x -> put(x, "step-8", "x")),
        new Case("link with the name of a step", "", x -> linkToStep(x, "step-8")),
        new Case("pickles of DeepSpeed", "", x -> temporary(x, "global_step10")),
        new Case("checkpoint of transformers", "", x -> temporary(x, "checkpoint-500")),
        new Case("pickle", "", x -> put(x, "mp_rank_00_model_states.pt", "cposix\nsystem\n")));
  }

  @ParameterizedTest
  @MethodSource("badCheckpoints")
  void aBadCheckpointIsPutAsideAndTheOlderOneServes(Case bad) throws IOException {
    bad.change().to(root);
    List<String> before = tree(root.resolve("step-2"));

    assertGoesOnFrom(1);

    assertThat(root.resolve("step-2")).doesNotExist();
    assertThat(tree(onlyOne(".step-2.bad-"))).as("never deleted").isEqualTo(before);
    assertThat(CheckpointDirectory.latest(root)).contains(checkpoint(1));
    assertGoesOnFrom(1);
  }

  @ParameterizedTest
  @MethodSource("badCheckpoints")
  void whereNoneIsGoodTheFileIsNamedAndAllStays(Case bad) throws IOException {
    remove(root.resolve("step-1"));
    bad.change().to(root);
    List<String> before = tree(root);
    for (int time = 0; time < 2; time++) {
      assertThatThrownBy(() -> CheckpointDirectory.resume(root))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("no checkpoint is whole")
          .hasMessageContaining(root.resolve("step-2").toString())
          .hasMessageContaining(bad.error());
    }
    assertThat(tree(root)).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("badNames")
  void aBadLatestIsPutAsideAndTheNewestServes(Case bad) throws IOException {
    bad.change().to(root);
    assertThatThrownBy(() -> CheckpointDirectory.latest(root))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(root.resolve("latest").toString());

    assertGoesOnFrom(2);

    assertThat(onlyOne(".latest.bad-")).isNotNull();
    assertThat(root.resolve("latest")).hasContent("step-2");
  }

  @ParameterizedTest
  @MethodSource("badNames")
  void aBadLatestAloneIsNoEmptyRoot(Case bad) throws IOException {
    bad.change().to(root);
    remove(root.resolve("step-1"));
    remove(root.resolve("step-2"));
    assertThatThrownBy(() -> CheckpointDirectory.resume(root))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(root.resolve("latest").toString());
  }

  @ParameterizedTest
  @MethodSource("harmless")
  void whatLiesBesideGoodCheckpointsIsLeftAlone(Case harmless) throws IOException {
    harmless.change().to(root);
    List<String> before = tree(root);
    assertGoesOnFrom(2);
    assertThat(tree(root)).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("harmless")
  void tracesOfARunAreNoEmptyRoot(Case harmless) throws IOException {
    harmless.change().to(root);
    remove(root.resolve("step-1"));
    remove(root.resolve("step-2"));
    Files.deleteIfExists(root.resolve("latest"));
    if (harmless.name().matches("as it was|no latest|leftover of a commit")) {
      assertThat(CheckpointDirectory.resume(root)).as("nothing was ever committed").isEmpty();
      return;
    }
    assertThatThrownBy(() -> CheckpointDirectory.resume(root))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(": not a checkpoint");
  }

  @Test
  void anotherRunsStateIsRefusedAndStays() {
    FakeNetwork other = FakeNetwork.of(31, 64);
    FakeNetwork critic = FakeNetwork.of(29, 64).withHead(Head.VALUE);
    for (FakeNetwork network : List.of(other, critic)) {
      try (Model model =
          new FakeBackend().initialize(network.model("other", new ByteTokenizer()), ToyRun.SPEC)) {
        Path state = CheckpointDirectory.resume(root).orElseThrow().directory();
        assertThatThrownBy(() -> model.trainEngine().loadState(state))
            .isInstanceOf(TenonException.class)
            .hasMessageContaining(root.resolve("step-2").toString());
        assertThat(model.trainEngine().version()).isZero();
      }
    }
    assertGoesOnFrom(2);
  }

  @Test
  void aStateThatIsReadWithoutARootIsComparedToo() throws IOException {
    Path plain = Files.createDirectory(directory.resolve("plain"));
    try (Model model = ToyRun.model()) {
      ToyRun.train(model, 3);
      model.trainEngine().saveState(plain);
      model.trainEngine().loadState(plain);
      flip(plain.resolve("optimizer.safetensors"));
      assertThatThrownBy(() -> model.trainEngine().loadState(plain))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("optimizer.safetensors: changed (expected: sha256 ");
    }
  }

  @Test
  void aRootThatCannotBeWrittenServesAsItIs() {
    FileFaults readOnly = FileFaults.at(0, FileFaults.Kind.READ_ONLY);
    assertThat(CheckpointDirectory.resume(readOnly.on(root)).map(Checkpoint::step)).contains(2L);
    try (Model model = ToyRun.model()) {
      ToyRun.train(model, 3);
      assertThatThrownBy(() -> ToyRun.commit(model, readOnly.on(root)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("AccessDenied");
    }
    assertGoesOnFrom(2);
  }

  // ---- what is checked

  private void assertGoesOnFrom(long step) {
    assertThat(CheckpointDirectory.resume(root)).contains(checkpoint(step));
    try (Model model = ToyRun.model()) {
      model.trainEngine().loadState(checkpoint(step).directory());
      assertThat(model.trainEngine().version()).isEqualTo(step);
      ToyRun.train(model, 3);
    }
  }

  private Checkpoint checkpoint(long step) {
    return new Checkpoint(root.resolve("step-" + step), step);
  }

  private Path onlyOne(String prefix) throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      List<Path> found = files.filter(x -> x.getFileName().toString().startsWith(prefix)).toList();
      assertThat(found).hasSize(1);
      return found.get(0);
    }
  }

  /** Names and contents below a directory. */
  private static List<String> tree(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.sorted().map(x -> directory.relativize(x) + " " + content(x)).toList();
    }
  }

  private static String content(Path file) {
    try {
      return Files.isRegularFile(file)
          ? Arrays.toString(Files.readAllBytes(file))
          : String.valueOf(Files.isSymbolicLink(file));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- what cases do

  private static final String MANIFEST = "manifest.json";

  private static Case inTwo(String name, String error, Change change) {
    return new Case(name, error, x -> change.to(x.resolve("step-2")));
  }

  private static Case latest(String name, String content) {
    return new Case(name, "latest", x -> put(x, "latest", content));
  }

  private static Case listing(String path) {
    return inTwo(
        "manifest that lists " + path,
        "].path: \"" + path + "\" (expected: a path inside of the directory",
        x -> edit(x, MANIFEST, y -> y.replace("\"model/model.safetensors\"", "\"" + path + "\"")));
  }

  private static UnaryOperator<String> twice(String path) {
    return x -> x.replaceFirst("\"model/config.json\"", "\"" + path + "\"");
  }

  private static String otherHash(String manifest) {
    return manifest.replaceFirst("sha256\": \"....", "sha256\": \"0000");
  }

  private static void put(Path directory, String file, String content) throws IOException {
    Files.writeString(directory.resolve(file), content);
  }

  private static void edit(Path directory, String file, UnaryOperator<String> change)
      throws IOException {
    String before = Files.readString(directory.resolve(file));
    String after = change.apply(before);
    assertThat(after).isNotEqualTo(before);
    put(directory, file, after);
  }

  private static void cut(Path directory, String file, int bytes) throws IOException {
    Path path = directory.resolve(file);
    Files.write(path, Arrays.copyOf(Files.readAllBytes(path), bytes));
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 3] ^= 64;
    Files.write(file, bytes);
  }

  private static Path shard(Path state, int number) throws IOException {
    try (Stream<Path> files = Files.list(state)) {
      String name = String.format("optimizer-%05d-of-", number);
      return files
          .filter(x -> x.getFileName().toString().startsWith(name))
          .findFirst()
          .orElseThrow();
    }
  }

  private static void link(Path directory, String file) throws IOException {
    Path link = directory.resolve(file);
    Path target = directory.resolveSibling(directory.getFileName() + ".elsewhere");
    Files.deleteIfExists(target);
    Files.move(link, target);
    Files.createSymbolicLink(link, target);
  }

  private static void linkToStep(Path root, String name) throws IOException {
    Files.createSymbolicLink(root.resolve(name), root.resolveSibling("nowhere"));
  }

  private static void temporary(Path root, String name) throws IOException {
    put(Files.createDirectories(root.resolve(name)), "state.json", "{}");
  }

  private static void empty(Path state) throws IOException {
    remove(state);
    Files.createDirectory(state);
  }

  private static void remove(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(directory)) {
      deepestFirst = files.sorted((a, b) -> b.compareTo(a)).toList();
    }
    for (Path each : deepestFirst) {
      Files.delete(each);
    }
  }
}
