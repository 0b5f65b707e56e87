package dev.tenon.backend.sharded;

import ai.djl.MalformedModelException;
import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.error.WorkerLostException;
import dev.tenon.internal.Problems;
import dev.tenon.nn.internal.DjlSettings;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** DJL's Python engine. */
final class DjlTransport implements WorkerTransport {
  /** DJL may not choose another Python program than the one that it is told. */
  private static final String OWN_PROGRAM = "ai.djl.python.disable_alternative";

  private final ZooModel<Input, Output> model;
  private final Predictor<Input, Output> predictor;

  private DjlTransport(ZooModel<Input, Output> model) {
    this.model = model;
    predictor = model.newPredictor();
  }

  /**
   * Starts a supervisor.
   *
   * @param worker the directory of its files
   * @param longest of any call. Deadlines are the supervisor's; this one only ends a supervisor
   *     that hangs
   */
  static synchronized DjlTransport start(Path python, Path worker, Duration longest) {
    DjlSettings.apply();
    if (System.getProperty(OWN_PROGRAM) == null) {
      System.setProperty(OWN_PROGRAM, "true");
    }
    SocketNames.makeUnpredictable();
    Criteria<Input, Output> criteria =
        Criteria.builder()
            .setTypes(Input.class, Output.class)
            .optEngine("Python")
            .optModelPath(worker)
            .optOption("entryPoint", "supervisor.py")
            .optOption("pythonExecutable", python.toString())
            .optOption("predict_timeout", Long.toString(longest.toSeconds()))
            .optOption("model_loading_timeout", Long.toString(longest.toSeconds()))
            .build();
    try {
      return new DjlTransport(criteria.loadModel());
    } catch (IOException | ModelNotFoundException | MalformedModelException | EngineException e) {
      throw lost("no start", e);
    }
  }

  @Override
  public byte[] call(byte[] frame) {
    Input input = new Input();
    input.add(frame);
    try {
      return content(predictor.predict(input));
    } catch (TranslateException | RuntimeException e) {
      // Whatever it is, where the two sides of the connection stand is not known any more.
      throw e instanceof WorkerLostException told ? told : lost("no reply", e);
    }
  }

  private static byte[] content(Output output) {
    if (output.getCode() != 200 || output.getData() == null) {
      throw new WorkerLostException(
          Problems.problem(
              "supervisor of the ranks", output.getCode() + " " + text(output), "a reply"));
    }
    return output.getData().getAsBytes();
  }

  private static String text(Output output) {
    return output.getData() == null ? output.getMessage() : output.getData().getAsString();
  }

  private static WorkerLostException lost(String what, Exception cause) {
    return new WorkerLostException(
        Problems.problem("supervisor of the ranks", what + ": " + cause, "a running process"),
        cause);
  }

  @Override
  public void close() {
    predictor.close();
    model.close();
  }

  /**
   * DJL numbers its sockets from 19000 in the temporary directory, and a second JVM would end the
   * first one's process. From a random number on they do not meet.
   */
  private static final class SocketNames {
    private static final int LEAST = 1_000_000_000;
    private static boolean done;

    static void makeUnpredictable() {
      if (done) {
        return;
      }
      try {
        Field counter = Class.forName("ai.djl.python.engine.PyProcess").getDeclaredField("counter");
        counter.setAccessible(true);
        ((AtomicInteger) counter.get(null)).set(LEAST + new SecureRandom().nextInt(LEAST));
        done = true;
      } catch (ReflectiveOperationException | ClassCastException e) {
        throw new UnsupportedFeatureException(
            Problems.problem(
                "ai.djl.python:python",
                "a version without PyProcess.counter",
                "the version that tenon-sharded depends on"),
            e);
      }
    }
  }
}
