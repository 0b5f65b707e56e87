package dev.tenon.samples.custommodel;

import dev.tenon.checkpoint.HostWeights;
import dev.tenon.checkpoint.SafetensorsFile;
import dev.tenon.checkpoint.SafetensorsWriter;
import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Head;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Parameter.Stage;
import dev.tenon.model.Program;
import dev.tenon.nn.script.ScriptText;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A language model of gated causal convolutions; gated-conv.torchscript is its computation. The
 * record is its configuration, and where its weights are.
 *
 * @param layers blocks; block l looks 2^l tokens apart
 * @param hidden numbers per token
 * @param weights F32, under the names of {@link #parameters()}
 */
record GatedConv(int layers, int hidden, Weights weights) implements Network {
  private static final int WIDTH = 3; // tokens that a block sees
  private static final String CONFIG = "gated-conv.properties";
  private static final String WEIGHTS = "model.safetensors";

  /** A network that has learned nothing. */
  static GatedConv random(int layers, int hidden, long seed) {
    Random random = new Random(seed);
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    for (Parameter each : parameters(layers, hidden)) {
      tensors.put(each.name(), start(each, random));
    }
    return new GatedConv(layers, hidden, HostWeights.of(tensors));
  }

  /** Opens what {@link #save} wrote. */
  static GatedConv open(Path directory) {
    Properties config = new Properties();
    try (Reader in = Files.newBufferedReader(directory.resolve(CONFIG))) {
      config.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new GatedConv(
        Integer.parseInt(config.getProperty("layers")),
        Integer.parseInt(config.getProperty("hidden")),
        SafetensorsFile.open(directory.resolve(WEIGHTS)));
  }

  @Override
  public void save(Path directory, Weights values) {
    Properties config = new Properties();
    config.setProperty("layers", Integer.toString(layers));
    config.setProperty("hidden", Integer.toString(hidden));
    try (Writer out = Files.newBufferedWriter(directory.resolve(CONFIG))) {
      config.store(out, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, Weights.Info> infos =
        parameters().stream()
            .collect(Collectors.toMap(Parameter::name, x -> values.info(x.name())));
    SafetensorsWriter.write(directory.resolve(WEIGHTS), infos, Map.of(), values::read);
  }

  @Override
  public String architecture() {
    return "GatedConv";
  }

  @Override
  public Head head() {
    return Head.CAUSAL_LM;
  }

  /** The state is as large as the longest sequence, though a block sees only part of it. */
  @Override
  public int maxPositions() {
    return 1024;
  }

  @Override
  public List<Parameter> parameters() {
    return parameters(layers, hidden);
  }

  private static List<Parameter> parameters(int layers, int hidden) {
    List<Parameter> all = new ArrayList<>();
    all.add(parameter("", "embed.weight", Stage.EMBED, 0, ByteTokenizer.VOCABULARY, hidden));
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "blocks." + layer + ".";
      all.add(parameter(prefix, "norm.weight", Stage.BLOCK, layer, hidden));
      all.add(
          parameter(prefix, "gate.weight", Stage.BLOCK, layer, 2L * hidden, (long) WIDTH * hidden));
      all.add(parameter(prefix, "gate.bias", Stage.BLOCK, layer, 2L * hidden));
      all.add(parameter(prefix, "out.weight", Stage.BLOCK, layer, hidden, hidden));
    }
    all.add(parameter("", "norm.weight", Stage.HEAD, 0, hidden));
    all.add(parameter("", "head.weight", Stage.HEAD, 0, ByteTokenizer.VOCABULARY, hidden));
    return all;
  }

  private static Parameter parameter(
      String prefix, String key, Stage stage, int layer, long... dims) {
    boolean decay = dims.length == 2 && stage != Stage.EMBED;
    return new Parameter(
        prefix + key, key, DType.F32, Shape.of(dims), stage, layer, Set.of(), decay);
  }

  /** Norms start at 1, biases at 0, matrices with the variance 1 / inputs. */
  private static TensorData start(Parameter parameter, Random random) {
    float[] values = new float[Math.toIntExact(parameter.shape().size())];
    boolean matrix = parameter.shape().rank() == 2;
    boolean norm = parameter.key().startsWith("norm");
    double deviation = matrix ? 1 / Math.sqrt((double) parameter.shape().dim(1)) : 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((norm ? 1 : 0) + deviation * random.nextGaussian());
    }
    return TensorData.ofFloats(values, parameter.shape().toArray());
  }

  @Override
  public Program program() {
    List<String> dilations =
        IntStream.range(0, layers).mapToObj(layer -> Integer.toString(1 << layer)).toList();
    String own =
        ScriptText.substitute(
            ScriptText.resource(GatedConv.class, "gated-conv.torchscript"),
            Map.of(
                "HIDDEN", Integer.toString(hidden),
                "WIDTH", Integer.toString(WIDTH),
                "DILATIONS", "[" + String.join(", ", dilations) + "]"));
    // The cache holds one vector of H numbers a token: one head as wide as the state.
    return new Program(
        ScriptText.common() + own, layers, hidden, ByteTokenizer.VOCABULARY, 1, hidden);
  }

  @Override
  public String toString() {
    return "GatedConv(layers " + layers + ", hidden " + hidden + ")";
  }
}
