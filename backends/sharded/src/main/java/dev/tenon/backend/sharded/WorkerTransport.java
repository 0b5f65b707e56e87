package dev.tenon.backend.sharded;

/**
 * The way to the supervisor's process. One call at a time; a call that fails leaves a transport
 * that is only good for closing.
 */
interface WorkerTransport extends AutoCloseable {
  /**
   * Sends a frame and waits for the reply.
   *
   * @throws dev.tenon.error.WorkerLostException if there is no reply
   */
  byte[] call(byte[] frame);

  /** Ends the process. */
  @Override
  void close();
}
