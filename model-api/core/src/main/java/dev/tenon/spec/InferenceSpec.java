package dev.tenon.spec;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import java.util.Optional;

/**
 * How a model runs for inference. Only {@link Precision#F32} gives the same tokens for the same
 * seed whatever else is in the batch; the others trade accuracy for memory and speed.
 *
 * @param precision any; empty: as the weights are stored, which is F32 unless their directory is
 *     {@linkplain dev.tenon.model.Network#quantized() quantised}
 * @param threads of one operator; 0: as many as the backend takes by itself
 */
public record InferenceSpec(Optional<Precision> precision, int threads) {
  private static final ArgumentSchema SCHEMA =
      ArgumentSchema.none()
          .optional("precision", String.class, "dtype", "torch_dtype")
          .optional("threads", Integer.class, "num_threads");

  /** Checks. */
  public InferenceSpec {
    Problems problems = new Problems();
    problems.check(threads >= 0, "threads", threads, ">= 0");
    problems.throwIfAny(InvalidInputException::new);
  }

  /** As the weights are stored, with the backend's own number of threads. */
  public static InferenceSpec defaults() {
    return new InferenceSpec(Optional.empty(), 0);
  }

  /**
   * From arguments: {@code precision} (String, a {@linkplain Precision#label() label}) and {@code
   * threads} (Integer), both optional.
   *
   * @throws InvalidInputException for other arguments or values
   */
  public static InferenceSpec of(Arguments arguments) {
    SCHEMA.check("inference", arguments);
    return new InferenceSpec(
        arguments.find("precision", String.class).map(Precision::of),
        arguments.find("threads", Integer.class).orElse(0));
  }

  /**
   * The precision to run in.
   *
   * @param stored of weights that are quantised; empty: they are of floating types
   * @throws UnsupportedFeatureException if quantised weights are to run in another one
   */
  public Precision resolve(Optional<Precision> stored) {
    if (stored.isPresent() && !precision.equals(stored) && precision.isPresent()) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              "precision", precision.get(), stored.get() + ", in which the weights are stored"));
    }
    return precision.or(() -> stored).orElse(Precision.F32);
  }

  /** The same in another precision. */
  public InferenceSpec precision(Precision value) {
    return new InferenceSpec(Optional.of(value), threads);
  }

  /** The same with another number of threads; 0: the backend's own. */
  public InferenceSpec threads(int value) {
    return new InferenceSpec(precision, value);
  }
}
