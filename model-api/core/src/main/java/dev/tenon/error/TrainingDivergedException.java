package dev.tenon.error;

/**
 * Loss or gradients were not finite for too many steps in a row. The weights are those of the last
 * finite step; go back to a checkpoint, lower the learning rate or look at the data.
 */
public class TrainingDivergedException extends TenonException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message {@code what: value (expected: rule)}
   */
  public TrainingDivergedException(String message) {
    super(message);
  }

  /**
   * Creates the exception with its cause.
   *
   * @param message {@code what: value (expected: rule)}
   * @param cause what happened underneath
   */
  public TrainingDivergedException(String message, Throwable cause) {
    super(message, cause);
  }
}
