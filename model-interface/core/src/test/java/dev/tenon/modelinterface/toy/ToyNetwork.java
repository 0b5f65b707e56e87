package dev.tenon.modelinterface.toy;

import dev.tenon.checkpoint.Weights;
import dev.tenon.model.Head;
import dev.tenon.model.Network;
import dev.tenon.model.Parameter;
import dev.tenon.model.Program;
import java.nio.file.Path;
import java.util.List;

/** Describes a table of bigram logits. */
public record ToyNetwork(int vocabSize, int maxPositions, Head head) implements Network {
  public static ToyNetwork of(int vocabSize, int maxPositions) {
    return new ToyNetwork(vocabSize, maxPositions, Head.CAUSAL_LM);
  }

  @Override
  public String architecture() {
    return "ToyBigram";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public Program program() {
    return new Program("toy", 1, 1, vocabSize, 1, 1);
  }

  @Override
  public Weights weights() {
    throw new UnsupportedOperationException("the toy has no files");
  }

  @Override
  public void save(Path directory, Weights weights) {
    throw new UnsupportedOperationException("the toy has no files");
  }
}
