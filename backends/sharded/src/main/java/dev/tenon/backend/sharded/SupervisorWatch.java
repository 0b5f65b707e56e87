package dev.tenon.backend.sharded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;

/**
 * Ends a supervisor that gives no sign of life while a call waits for it, so that the call fails
 * then and not at its deadline. The sign is the time of a file, which the supervisor changes each
 * second; what is compared is whether it changed, not what clocks say. A thread of its own looks.
 */
final class SupervisorWatch implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Path sign;
  private final long pid;
  private final Duration silence;
  private final Thread thread;
  private volatile boolean waiting;

  SupervisorWatch(Path sign, long pid, Duration silence) {
    this.sign = sign;
    this.pid = pid;
    this.silence = silence;
    thread = new Thread(this::look, "tenon-supervisor-" + pid);
    thread.setDaemon(true);
    thread.start();
  }

  /** A call begins. */
  void begin() {
    waiting = true;
  }

  /** It is over. */
  void end() {
    waiting = false;
  }

  private void look() {
    FileTime last = FileTime.fromMillis(0);
    long changed = System.nanoTime();
    try {
      while (true) {
        Thread.sleep(LOOK.toMillis());
        FileTime now = time(last);
        if (!now.equals(last) || !waiting) {
          changed = System.nanoTime();
        } else if (System.nanoTime() - changed > silence.toNanos()) {
          ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
          return;
        }
        last = now;
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private FileTime time(FileTime otherwise) {
    try {
      return Files.getLastModifiedTime(sign);
    } catch (IOException e) {
      return otherwise;
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
