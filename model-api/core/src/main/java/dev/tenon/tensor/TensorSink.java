package dev.tenon.tensor;

/** Receives tensors one at a time, so that no more than one is held in host memory. */
@FunctionalInterface
public interface TensorSink {
  /**
   * Takes one tensor. Called on the thread of the producing call, in the order of the names.
   *
   * @param name the HuggingFace name
   * @param tensor the values; the receiver may keep them
   */
  void accept(String name, TensorData tensor);
}
