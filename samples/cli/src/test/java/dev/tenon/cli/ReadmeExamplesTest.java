package dev.tenon.cli;

import static dev.tenon.modelinterface.data.BatchSize.items;
import static dev.tenon.modelinterface.data.BatchSize.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.backend.offload.OffloadBackend;
import dev.tenon.backend.offload.OffloadOptions;
import dev.tenon.backend.pytorch.PyTorchBackend;
import dev.tenon.backend.sharded.ShardedBackend;
import dev.tenon.backend.sharded.ShardedOptions;
import dev.tenon.chat.Message;
import dev.tenon.checkpoint.CheckpointDirectory;
import dev.tenon.cli.conformance.Resources;
import dev.tenon.generation.GenerationOptions;
import dev.tenon.model.Model;
import dev.tenon.model.ModelBackend;
import dev.tenon.model.ModelRegistry;
import dev.tenon.modelinterface.classification.ClassificationInterface;
import dev.tenon.modelinterface.data.Batches;
import dev.tenon.modelinterface.data.Dataset;
import dev.tenon.modelinterface.data.LabelledText;
import dev.tenon.modelinterface.data.PromptAnswer;
import dev.tenon.modelinterface.data.RelatedTexts;
import dev.tenon.modelinterface.data.TextColumns;
import dev.tenon.modelinterface.data.TextEncoder;
import dev.tenon.modelinterface.embedding.EmbeddingInterface;
import dev.tenon.modelinterface.embedding.EmbeddingLoss;
import dev.tenon.modelinterface.loop.FinetuneLoop;
import dev.tenon.modelinterface.sft.SftInterface;
import dev.tenon.modelinterface.text.Classification;
import dev.tenon.modelinterface.text.Embedding;
import dev.tenon.modelinterface.text.Generation;
import dev.tenon.modelinterface.text.TextClassifier;
import dev.tenon.modelinterface.text.TextEmbedder;
import dev.tenon.modelinterface.text.TextGenerator;
import dev.tenon.modelinterface.text.TextOptions;
import dev.tenon.nn.HfModels;
import dev.tenon.nn.lora.LoraNetwork;
import dev.tenon.spec.Arguments;
import dev.tenon.spec.BatchShape;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.spec.ModelConfig;
import dev.tenon.spec.TrainedParameters;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.NamedArray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java examples of the README stand in this file, compile and run. */
class ReadmeExamplesTest {
  private final Path checkpoint = Resources.directory("families/llama");
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream before = System.out;

  @BeforeEach
  void catchOutput() {
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void releaseOutput() {
    System.setOut(before);
  }

  @Test
  void everyExampleOfTheReadmeStandsHere() throws IOException {
    DocumentExamples.standIn(ReadmeExamplesTest.class, "README.md", 3);
  }

  @Test
  void generates() {
    try (TextGenerator llm = TextGenerator.open(checkpoint)) {
      System.out.println(llm.generate("Once upon a time", GenerationOptions.greedy(64)).text());
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).isNotBlank();
  }

  @Test
  void finetunes(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("train.jsonl");
    Files.writeString(file, "{\"prompt\": \"Name a colour.\", \"answer\": \"Blue\"}\n");
    Path output = directory.resolve("tuned");
    long seed = 1;
    ModelRegistry models = HfModels.registry();
    Model base = models.create("hf", "actor", Device.cpu(), Arguments.of("path", checkpoint));
    Batches batches =
        PromptAnswer.read(file, base.tokenizer()).batches(tokens(4096), seed).epochs(3);
    FinetuneSpec spec = FinetuneSpec.steps(batches.size()).learningRate(1e-4);
    try (Model actor = new PyTorchBackend().initialize(base, spec)) {
      SftInterface sft = new SftInterface();
      for (NamedArray batch : batches) {
        System.out.println(sft.trainStep(actor, batch)); // {loss=2.31, ppl=10.1, tokens=4071, …}
      }
      sft.save(actor, output); // a HuggingFace directory
    }
    assertThat(printed.toString(StandardCharsets.UTF_8).lines()).hasSize(3);
    assertThat(output.resolve("model.safetensors")).exists();
  }

  @Test
  void trainsForADay(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("train.jsonl");
    Files.writeString(file, "{\"prompt\": \"Name a colour.\", \"answer\": \"Blue\"}\n");
    Path checkpoints = directory.resolve("checkpoints");
    Path output = directory.resolve("tuned");
    Model base =
        HfModels.registry().create("hf", "actor", Device.cpu(), Arguments.of("path", checkpoint));
    Dataset data = PromptAnswer.read(file, base.tokenizer());
    Batches batches = data.batches(tokens(4096), 1).epochs(3);
    Batches heldOut = data.batches(tokens(4096));
    FinetuneSpec spec = FinetuneSpec.steps(batches.size()).learningRate(1e-4);
    FinetuneLoop loop =
        FinetuneLoop.builder(new SftInterface(), batches)
            .evaluation(heldOut, 200)
            .checkpoint(checkpoints, 500)
            .resumeOrStart(checkpoints) // run the same program again and it goes on
            .keepLast(2)
            .loadBestAtEnd()
            .earlyStop(3, 0)
            .output(output)
            .build();
    try (Model actor = new PyTorchBackend().initialize(base, spec)) {
      System.out.println(loop.run(actor).best());
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).startsWith("Optional[BestStep[step=3,");
    assertThat(checkpoints.resolve("step-3/model/config.json")).exists();
  }

  @Test
  void trainsWithStateInFiles(@TempDir Path directory) throws IOException {
    Path scratch = Files.createDirectory(directory.resolve("scratch"));
    Path output = directory.resolve("tuned");
    FinetuneSpec spec = FinetuneSpec.steps(2).learningRate(1e-4);
    Model base =
        HfModels.registry().create("hf", "actor", Device.cpu(), Arguments.of("path", checkpoint));
    FinetuneLoop loop =
        FinetuneLoop.builder(new SftInterface(), twoBatches(directory, base))
            .output(output)
            .build();
    ModelBackend files = new OffloadBackend(OffloadOptions.disk(scratch));
    System.out.println(
        files.plan(base.network(), spec, new BatchShape(8, 64))); // before anything is allocated
    try (Model actor = files.initialize(base, spec)) { // refuses what the machine cannot hold
      loop.run(actor);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).startsWith("MemoryPlan(weights ");
    assertThat(output.resolve("model.safetensors")).exists();
  }

  @Test
  @Tag("python")
  void trainsOnRanks(@TempDir Path directory) throws IOException {
    Path output = directory.resolve("tuned");
    FinetuneSpec spec = FinetuneSpec.steps(2).learningRate(1e-4);
    Model base =
        HfModels.registry().create("hf", "actor", Device.cpu(), Arguments.of("path", checkpoint));
    FinetuneLoop loop =
        FinetuneLoop.builder(new SftInterface(), twoBatches(directory, base))
            .checkpoint(directory.resolve("checkpoints"), 1)
            .restarts(3)
            .output(output)
            .build();
    ModelBackend ranks = new ShardedBackend(ShardedOptions.ranks(2).zeroStage(3));
    loop.run(() -> ranks.initialize(base, spec)); // lost ranks start anew
    assertThat(output.resolve("model.safetensors")).exists();
  }

  private static Batches twoBatches(Path directory, Model base) throws IOException {
    Path file = directory.resolve("train.jsonl");
    Files.writeString(file, "{\"prompt\": \"Name a colour.\", \"answer\": \"Blue\"}\n");
    return PromptAnswer.read(file, base.tokenizer()).batches(tokens(64), 1).steps(2);
  }

  @Test
  void trainsAdapters(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("train.jsonl");
    Files.writeString(file, "{\"prompt\": \"Name a colour.\", \"answer\": \"Blue\"}\n");
    Path adapters = directory.resolve("adapters");
    Path merged = directory.resolve("merged");
    FinetuneSpec spec = FinetuneSpec.steps(2).learningRate(1e-4);
    Model source =
        HfModels.registry().create("hf", "data", Device.cpu(), Arguments.of("path", checkpoint));
    Batches batches = PromptAnswer.read(file, source.tokenizer()).batches(tokens(64), 1).steps(2);
    FinetuneLoop loop = FinetuneLoop.builder(new SftInterface(), batches).output(adapters).build();
    Arguments lora =
        Arguments.of(Map.of("rank", 8, "alpha", 16, "targets", List.of("q_proj", "v_proj")));
    ModelConfig adapted =
        ModelConfig.of("hf", Arguments.of("path", checkpoint)).wrappedIn("lora", lora);
    Model base = HfModels.registry().create(adapted, "actor", Device.cpu());
    try (Model actor = new PyTorchBackend().initialize(base, spec)) {
      loop.run(actor); // saves adapter_config.json and adapter_model.safetensors
    }
    Model plain =
        HfModels.registry().create("hf", "actor", Device.cpu(), Arguments.of("path", checkpoint));
    LoraNetwork learned = LoraNetwork.open(plain.network(), adapters);
    try (Model actor = new PyTorchBackend().initializeForInference(plain.withModule(learned))) {
      System.out.println(
          actor.engine()); // runs on W + scale * B A; the base's files stay as they are
    }
    CheckpointDirectory.write(merged, learned::saveMerged); // an ordinary HuggingFace directory
    assertThat(adapters.resolve("adapter_model.safetensors")).exists();
    assertThat(merged.resolve("model.safetensors")).exists();
    TrainedParameters some = TrainedParameters.allBut("embed_tokens", "layers\\.[0-5]\\.");
    assertThat(plain.network().trained(FinetuneSpec.steps(1).trained(some)))
        .contains("lm_head.weight")
        .doesNotContain("model.layers.0.mlp.up_proj.weight");
  }

  @Test
  void streams() {
    try (TextGenerator llm = TextGenerator.open(checkpoint)) {
      TextOptions options = TextOptions.of(GenerationOptions.greedy(64)).withStopStrings("\n\n");
      Generation answer = llm.stream("Once upon a time", options, System.out::print);
      System.out.println(answer.finishReason() + " after " + answer.usage());
      assertThat(printed.toString(StandardCharsets.UTF_8)).startsWith(answer.text());
    }
  }

  @Test
  void chats() {
    try (TextGenerator llm =
        TextGenerator.open(Resources.directory("families/llama-rope3-sharded"))) {
      List<Message> messages =
          List.of(Message.system("Be brief."), Message.user("What is a tenon?"));
      Generation reply = llm.chat(messages, GenerationOptions.greedy(64), System.out::print);
      assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo(reply.text());
    }
  }

  @Test
  void samples() {
    try (TextGenerator llm = TextGenerator.open(checkpoint)) {
      GenerationOptions sampling =
          GenerationOptions.sampling(64).withTemperature(0.8).withTopP(0.95).withSamples(4);
      for (Generation answer :
          llm.generateSamples("Once upon a time", TextOptions.of(sampling).withSeed(7))) {
        System.out.println(answer.text()); // the same four answers every time
      }
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).isNotBlank();
  }

  @Test
  void classifies() {
    Path classifierDirectory = Resources.directory("families/bert-cls");
    try (TextClassifier classifier = TextClassifier.open(classifierDirectory)) {
      Classification found = classifier.classify("The sea is calm.");
      System.out.println(found.label() + " " + found.score());
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).startsWith("LABEL_");
  }

  @Test
  void trainsAClassifier(@TempDir Path directory) throws IOException {
    Path encoderDirectory = Resources.directory("families/bert-mlm");
    Path file = directory.resolve("reviews.csv");
    Files.writeString(file, "text,label\nA fine day,positive\n\"Rain, and wind\",0\n");
    Path output = directory.resolve("tuned");
    long seed = 1;
    Arguments head =
        Arguments.of("path", encoderDirectory)
            .with("head", "sequence-classification")
            .with("labels", List.of("negative", "positive"));
    Model base = HfModels.registry().create("hf", "classifier", Device.cpu(), head);
    TextColumns columns =
        TextColumns.of("text").labelled("label"); // the first line of the file names them
    Batches batches = LabelledText.read(file, columns, base).batches(tokens(4096), seed).epochs(3);
    FinetuneSpec spec = FinetuneSpec.steps(batches.size()).learningRate(1e-4);
    try (Model model = new PyTorchBackend().initialize(base, spec)) {
      ClassificationInterface classification = new ClassificationInterface();
      for (NamedArray batch : batches) {
        System.out.println(classification.trainStep(model, batch)); // {loss=0.69, accuracy=0.5, …}
      }
      classification.save(model, output); // a directory that transformers opens
    }
    assertThat(printed.toString(StandardCharsets.UTF_8).lines()).hasSize(3);
    assertThat(output.resolve("config.json")).content().contains("positive");
  }

  @Test
  void embeds() {
    Path embedderDirectory = Resources.directory("families/bert-minilm");
    try (TextEmbedder embedder = TextEmbedder.open(embedderDirectory)) {
      List<Embedding> vectors =
          embedder.embed(List.of("The sea is calm.", "Calm water", "A red house"));
      System.out.println(vectors.get(0).cosine(vectors.get(1)));
    }
    assertThat(Double.parseDouble(printed.toString(StandardCharsets.UTF_8))).isBetween(-1.0, 1.0);
  }

  @Test
  void trainsAnEmbedder(@TempDir Path directory) throws IOException {
    Path embedderDirectory = Resources.directory("families/bert-minilm");
    Path file = directory.resolve("pairs.jsonl");
    Files.writeString(
        file,
        "{\"question\": \"Who keeps the light?\", \"answer\": \"The keeper.\"}\n"
            + "{\"question\": \"Where is it?\", \"answer\": \"On a rock.\"}\n");
    Path output = directory.resolve("tuned");
    long seed = 1;
    Model base =
        HfModels.registry()
            .create("hf", "embedder", Device.cpu(), Arguments.of("path", embedderDirectory));
    TextColumns columns = TextColumns.of("question", "answer");
    Batches batches =
        RelatedTexts.read(file, columns, TextEncoder.of(base)).batches(items(64), seed).epochs(3);
    FinetuneSpec spec = FinetuneSpec.steps(batches.size()).learningRate(1e-4);
    try (Model model = new PyTorchBackend().initialize(base, spec)) {
      EmbeddingInterface embedding =
          new EmbeddingInterface(EmbeddingLoss.MULTIPLE_NEGATIVES_RANKING);
      for (NamedArray batch : batches) {
        System.out.println(embedding.trainStep(model, batch)); // {loss=0.12, accuracy=0.95, …}
      }
      embedding.save(model, output); // a directory that sentence-transformers opens
    }
    assertThat(printed.toString(StandardCharsets.UTF_8).lines()).hasSize(3);
    assertThat(output.resolve("modules.json")).exists();
  }
}
