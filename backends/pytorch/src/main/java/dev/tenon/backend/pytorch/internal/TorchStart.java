package dev.tenon.backend.pytorch.internal;

import ai.djl.engine.Engine;
import ai.djl.pytorch.engine.PtEngineProvider;
import ai.djl.util.Platform;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.internal.DjlSettings;
import dev.tenon.nn.internal.NativeFailure;

/** Loads libtorch through DJL, once in a process. */
final class TorchStart {

  static final String NATIVES_RESOURCE = "native/lib/pytorch.properties";

  private TorchStart() {}

  static DjlNatives load() {
    DjlSettings.apply();
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // DJL finds its engines and its native libraries through this loader only.
    thread.setContextClassLoader(TorchStart.class.getClassLoader());
    try {
      return loadEngine();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static DjlNatives loadEngine() {
    try {
      // Engine lists its providers once; the host may have loaded it under another loader.
      Engine.registerEngine(new PtEngineProvider());
      Engine.getEngine("PyTorch");
    } catch (RuntimeException | LinkageError | AssertionError e) {
      throw refusal(e);
    }
    return DjlNatives.resolve(DjlNatives.LIBRARY_CLASS, Engine.getDjlVersion());
  }

  private static UnsupportedFeatureException refusal(Throwable cause) {
    ClassLoader loader = TorchStart.class.getClassLoader();
    boolean found = loader != null && loader.getResource(NATIVES_RESOURCE) != null;
    String artifact = "the dependency " + artifact();
    return found
        ? NativeFailure.of("libtorch", cause, artifact)
        : new UnsupportedFeatureException(
            Problems.problem("libtorch", "not on the class path", artifact), cause);
  }

  /** The artifact with libtorch for this platform. */
  static String artifact() {
    return "dev.tenon:tenon-natives-cpu-" + Platform.fromSystem("pytorch").getClassifier();
  }
}
