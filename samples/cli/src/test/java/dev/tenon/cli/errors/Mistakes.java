package dev.tenon.cli.errors;

import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.generation.GenerationRequest;
import dev.tenon.generation.GenerationSession;
import dev.tenon.generation.SessionLimits;
import dev.tenon.model.Model;
import dev.tenon.model.ModelFactory;
import dev.tenon.model.ModelRegistry;
import dev.tenon.model.Output;
import dev.tenon.model.OutputRequest;
import dev.tenon.modelinterface.ModelInterface;
import dev.tenon.modelinterface.ModelWorker;
import dev.tenon.modelinterface.data.BatchSize;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.modelinterface.data.PromptAnswer;
import dev.tenon.modelinterface.generation.GenerationInterface;
import dev.tenon.modelinterface.loop.FinetuneLoop;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.modelinterface.text.TextGenerator;
import dev.tenon.nn.HfModels;
import dev.tenon.objective.TextObjective;
import dev.tenon.spec.ArgumentSchema;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.Precision;
import dev.tenon.spec.Schedule;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Items;
import dev.tenon.tensor.NamedArray;
import dev.tenon.tensor.TensorData;
import dev.tenon.tensor.TokenIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** Every mistake of docs/errors.md, made for real. Long, because there are so many. */
final class Mistakes {
  /** Makes a mistake. */
  interface Mistake {
    void make() throws Exception;
  }

  private static final Path LLAMA = Resources.directory("families/llama");

  private final Path directory;
  private final Map<String, Mistake> all = new TreeMap<>();

  Mistakes(Path directory) {
    this.directory = directory;
    files();
    names();
    data();
    engines();
    training();
  }

  Map<String, Mistake> all() {
    return all;
  }

  private void files() {
    all.put("gguf", () -> open(checkpoint("gguf", "model.gguf", "GGUF\3\0\0\0 and so on")));
    all.put(
        "pytorch-bin",
        () -> open(checkpoint("bin", "pytorch_model.bin", "PK\3\4 a zip with pickles in it")));
    all.put("pickle-as-safetensors", this::pickleAsSafetensors);
    all.put("missing-config", () -> open(copyWithout("config.json")));
    all.put("missing-weights", () -> open(copyWithout("model.safetensors")));
    all.put("truncated-weights", this::truncated);
    all.put(
        "unknown-family", () -> config("\"model_type\": \"llama\"", "\"model_type\": \"mamba\""));
    all.put("wrong-tokenizer", this::wrongTokenizer);
    all.put("foreign-directory", this::foreignDirectory);
    all.put("no-whole-checkpoint", this::noWholeCheckpoint);
    all.put("foreign-state", this::foreignState);
    all.put("save-onto-source", () -> training(x -> new SftInterface().save(x, LLAMA)));
  }

  private void names() {
    all.put("unknown-type", () -> create("hff", Arguments.of("path", LLAMA)));
    all.put("argument-typo", () -> create("hf", Arguments.of("pth", LLAMA)));
    all.put("duplicate-name", this::duplicateName);
    all.put("cuda", () -> new PyTorchBackend().initializeForInference(network(Device.cuda(0))));
    all.put("precision", () -> initialize(FinetuneSpec.steps(10).precision(Precision.INT8)));
    all.put(
        "schedule-without-total",
        () -> initialize(FinetuneSpec.openEnded().schedule(Schedule.linear(0))));
    all.put(
        "network-not-engine", () -> new SftInterface().trainStep(network(Device.cpu()), batch()));
    all.put("inference-engine", () -> inference(x -> new SftInterface().trainStep(x, batch())));
    all.put(
        "verb", () -> inference(x -> new GenerationInterface(options(1)).trainStep(x, batch())));
  }

  private void data() {
    all.put(
        "json-line", () -> read("{\"prompt\": \"a\", \"answer\": \"b\"}\n{\"prompt\": \"a\",\n"));
    all.put("misspelt-key", () -> read("{\"prompt\": \"a\", \"anwser\": \"b\"}\n"));
    all.put("empty-dataset", () -> read("").batches(BatchSize.items(1)));
    all.put("long-item", this::longItem);
    all.put(
        "misspelt-field",
        () ->
            training(
                x -> new SftInterface().trainStep(x, batch().rename("input_ids", "input_id"))));
    all.put("nothing-to-learn", this::nothingToLearn);
    all.put(
        "token-outside-vocabulary",
        () -> training(x -> x.engine().forward(batch(1, 9999), Output.LOGITS)));
  }

  private void engines() {
    all.put("context", () -> text(x -> x.generate("Once upon a time", options(4000))));
    all.put("greedy-temperature", () -> GenerationOptions.greedy(8).withTemperature(0.7));
    all.put("session-full", this::sessionFull);
    all.put("model-closed", this::modelClosed);
    all.put("concurrent-call", this::concurrentCall);
    all.put("worker-full", this::workerFull);
    all.put("other-class-loader", () -> OtherClassLoader.open(LLAMA));
    all.put("no-natives", () -> NoNatives.open(LLAMA));
  }

  private void training() {
    all.put("session-while-training", this::sessionWhileTraining);
    all.put("objective-syntax", () -> training(x -> x.trainEngine().trainBatch(batch(), broken())));
    all.put("interface-cannot-save", this::interfaceCannotSave);
    all.put("restarts-of-a-model", this::restartsOfAModel);
  }

  private void pickleAsSafetensors() throws IOException {
    Path copy = copyWithout("model.safetensors");
    Files.write(copy.resolve("model.safetensors"), new byte[] {(byte) 0x80, 2, '}', 'q', 0, '.'});
    open(copy);
  }

  private void truncated() throws IOException {
    Path copy = copyWithout("model.safetensors");
    byte[] whole = Files.readAllBytes(LLAMA.resolve("model.safetensors"));
    Files.write(copy.resolve("model.safetensors"), Arrays.copyOf(whole, whole.length - 1000));
    open(copy);
  }

  private void config(String key, String other) throws IOException {
    Path copy = copyWithout("config.json");
    String config = Files.readString(LLAMA.resolve("config.json"));
    Files.writeString(copy.resolve("config.json"), config.replace(key, other));
    open(copy);
  }

  /** The tokenizer knows 340 ids, the model 64. */
  private void wrongTokenizer() throws IOException {
    Map<String, Object> config =
        Map.of(
            "model_type", "llama",
            "architectures", List.of("LlamaForCausalLM"),
            "vocab_size", 64,
            "hidden_size", 8,
            "intermediate_size", 8,
            "num_hidden_layers", 1,
            "num_attention_heads", 1,
            "max_position_embeddings", 64,
            "bos_token_id", 1);
    try (TextGenerator llm =
        TextGenerator.open(HfModels.create("small", Device.cpu(), config, LLAMA, 1))) {
      llm.generate("Once upon a time", options(4));
    }
  }

  private void foreignDirectory() throws Exception {
    Path mine = Files.createDirectories(directory.resolve("thesis"));
    Files.writeString(mine.resolve("chapter1.txt"), "It was a dark and stormy night");
    training(x -> new SftInterface().save(x, mine));
  }

  /** As a copy that broke off leaves it. */
  private void noWholeCheckpoint() throws IOException {
    Path root = directory.resolve("run");
    Path step = Files.createDirectories(root.resolve("step-500"));
    Files.writeString(step.resolve("state.json"), "{}");
    Files.writeString(root.resolve("latest"), "step-500\n");
    CheckpointDirectory.resume(root);
  }

  private void foreignState() throws IOException {
    Path root = directory.resolve("peer");
    Files.createDirectories(root.resolve("global_step500"));
    CheckpointDirectory.resume(root);
  }

  private void restartsOfAModel() throws Exception {
    Path root = directory.resolve("lost");
    training(x -> oneStep().checkpoint(root, 1).restarts(2).build().run(x));
  }

  private static FinetuneLoop.Builder oneStep() {
    Batches batches =
        PromptAnswer.of(List.of(new PromptAnswer("a", "b")), network(Device.cpu()).tokenizer())
            .batches(BatchSize.items(1));
    return FinetuneLoop.builder(new SftInterface(), batches);
  }

  private void duplicateName() {
    ModelRegistry registry = HfModels.registry();
    registry.register(
        ModelFactory.of("hf", ArgumentSchema.none(), (name, device, x) -> network(device)));
  }

  private void longItem() throws Exception {
    Model base = network(Device.cpu());
    Batches batches =
        PromptAnswer.of(
                List.of(new PromptAnswer("a", "no end of it ".repeat(100))), base.tokenizer())
            .batches(BatchSize.items(1));
    training(x -> FinetuneLoop.builder(new SftInterface(), batches).build().run(x));
  }

  private void nothingToLearn() throws Exception {
    long[] labels = {-100, -100, -100};
    NamedArray masked = batch().with("labels", TensorData.ofLongs(labels, 3));
    training(x -> new SftInterface().trainStep(x, masked));
  }

  private void sessionFull() throws Exception {
    inference(
        x -> {
          try (GenerationSession session = x.engine().openSession(new SessionLimits(1, 100))) {
            GenerationRequest request = GenerationRequest.of(TokenIds.of(1, 2), options(8));
            session.add(request);
            session.add(request);
          }
        });
  }

  private void modelClosed() throws Exception {
    Model model = new PyTorchBackend().initializeForInference(network(Device.cpu()));
    model.close();
    model.engine().forward(batch(), Output.LOGITS);
  }

  private void concurrentCall() throws Exception {
    try (Model model = initialized()) {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch leave = new CountDownLatch(1);
      CompletableFuture<Void> first =
          CompletableFuture.runAsync(
              () ->
                  model
                      .trainEngine()
                      .parameters(
                          (name, tensor) -> {
                            inside.countDown();
                            await(leave);
                          }));
      inside.await();
      try {
        model.engine().forward(batch(), Output.LOGITS);
      } finally {
        leave.countDown();
        first.join();
      }
    }
  }

  private void workerFull() throws Exception {
    CountDownLatch leave = new CountDownLatch(1);
    ModelInterface slow =
        new ModelInterface() {
          @Override
          public void save(Model model, Path to) {
            await(leave);
          }
        };
    try (Model model = initialized();
        ModelWorker worker = new ModelWorker(model, slow, 1)) {
      try {
        for (int i = 0; i < 3; i++) {
          CompletableFuture<Path> call = worker.save(directory);
          if (call.isCompletedExceptionally()) {
            call.join();
          }
        }
      } finally {
        leave.countDown();
      }
    }
  }

  private void sessionWhileTraining() throws Exception {
    training(
        x -> {
          try (GenerationSession open = x.engine().openSession(new SessionLimits(1, 100))) {
            new SftInterface().trainStep(x, batch());
          }
        });
  }

  private void interfaceCannotSave() throws Exception {
    Batches batches =
        PromptAnswer.of(List.of(new PromptAnswer("a", "b")), network(Device.cpu()).tokenizer())
            .batches(BatchSize.items(1));
    GenerationInterface cannot = new GenerationInterface(options(1));
    training(x -> FinetuneLoop.builder(cannot, batches).output(directory).build().run(x));
  }

  private static TextObjective broken() {
    return TextObjective.of(
        "broken",
        OutputRequest.of(Output.TOKEN_LOGPROBS),
        List.of(),
        """
          def weight(self, batch: Dict[str, Tensor], hp: Dict[str, float]) -> Tensor:
            return torch.ones([])

          def loss(self, out: Dict[str, Tensor], batch: Dict[str, Tensor], hp: Dict[str, float]) -> Dict[str, Tensor]:
            return {"loss": -(out["token_logprobs"].sum()}
        """);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void open(Path checkpoint) {
    TextGenerator.open(checkpoint).close();
  }

  private dev.tenon.modelinterface.data.Dataset read(String lines) throws IOException {
    Path file = Files.writeString(directory.resolve("train.jsonl"), lines);
    return PromptAnswer.read(file, network(Device.cpu()).tokenizer());
  }

  private static void create(String type, Arguments arguments) {
    HfModels.registry().create(type, "actor", Device.cpu(), arguments);
  }

  private static Model network(Device device) {
    return HfModels.registry().create("hf", "actor", device, Arguments.of("path", LLAMA));
  }

  private static void initialize(FinetuneSpec spec) {
    new PyTorchBackend().initialize(network(Device.cpu()), spec).close();
  }

  private static Model initialized() {
    return new PyTorchBackend().initialize(network(Device.cpu()), FinetuneSpec.steps(10));
  }

  private static void training(Use<Model> use) throws Exception {
    try (Model model = initialized()) {
      use.with(model);
    }
  }

  private static void inference(Use<Model> use) throws Exception {
    try (Model model = new PyTorchBackend().initializeForInference(network(Device.cpu()))) {
      use.with(model);
    }
  }

  private static void text(Use<TextGenerator> use) throws Exception {
    try (TextGenerator llm = TextGenerator.open(LLAMA)) {
      use.with(llm);
    }
  }

  private static GenerationOptions options(int maxNewTokens) {
    return GenerationOptions.greedy(maxNewTokens);
  }

  private static NamedArray batch(long... ids) {
    long[] values = ids.length == 0 ? new long[] {5, 6, 7} : ids;
    return NamedArray.builder(Items.ofLengths(values.length))
        .put("input_ids", TensorData.ofLongs(values, values.length))
        .build();
  }

  private Path checkpoint(String name, String file, String content) throws IOException {
    Path copy = copyWithout("model.safetensors");
    Files.write(copy.resolve(file), content.getBytes(StandardCharsets.ISO_8859_1));
    return copy;
  }

  private Path copyWithout(String left) throws IOException {
    Path copy = Files.createTempDirectory(directory, "checkpoint");
    try (Stream<Path> files = Files.list(LLAMA)) {
      for (Path file : files.filter(x -> !x.endsWith(left)).toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  private interface Use<T> {
    void with(T value) throws Exception;
  }
}
