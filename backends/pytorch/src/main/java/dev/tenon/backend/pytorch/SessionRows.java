package dev.tenon.backend.pytorch;

import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.tensor.TensorData;
import java.util.List;

/**
 * What the live requests of a session need on the native side, one row each, and the pass that
 * gives each its next token. One thread at a time.
 */
interface SessionRows extends AutoCloseable {
  /** Makes room for at least so many rows of so many tokens; what is stored stays. */
  void ensure(int rows, int tokens);

  /** Copies the first {@code length} tokens of one row over another one. */
  void moveRow(int from, int to, int length);

  /**
   * One pass.
   *
   * @param group requests of neighbouring rows, which have either all started or all not
   * @param first the row of the first one
   */
  Chosen step(List<LiveRequest> group, int first);

  /** Frees everything; the second call does nothing. */
  @Override
  void close();

  /**
   * The next tokens of B requests.
   *
   * @param tokens I64 [B]
   * @param logprobs their log-probabilities, F32 [B]
   */
  record Chosen(TensorData tokens, TensorData logprobs) {
    /** From what a driver returned: tokens, log-probabilities, and more that is not read. */
    static Chosen of(TorchValue returned) {
      List<TorchValue> parts = returned.elements();
      return new Chosen(parts.get(0).toTensorData(), parts.get(1).toTensorData());
    }
  }
}
