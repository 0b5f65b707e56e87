package dev.tenon.cli.errors;

import dev.tenon.cli.ChildJvm;
import dev.tenon.error.TenonException;
import dev.tenon.modelinterface.text.TextGenerator;
import java.io.IOException;
import java.nio.file.Path;

/** An application without the artifact that holds libtorch. */
final class NoNatives {
  private NoNatives() {}

  static void open(Path checkpoint) throws Exception {
    ChildJvm.Result result =
        new ChildJvm(NoNatives.class).withoutJars("pytorch-native-cpu").run(checkpoint);
    throw new IOException(result.output().strip());
  }

  public static void main(String[] args) {
    try {
      TextGenerator.open(Path.of(args[0])).close();
    } catch (TenonException e) {
      System.out.println(e.getMessage());
    }
  }
}
