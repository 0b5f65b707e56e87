package dev.tenon.cli.catalog;

import dev.tenon.catalog.Catalog;
import dev.tenon.catalog.job.Job;
import dev.tenon.cli.terminal.Interrupt;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/**
 * Shows what a job writes until it ends; SIGINT cancels it.
 *
 * @param home how to print
 * @param command whose output it is
 */
record FollowedJob(HomeOptions home, CommandLine command) {
  private static final long LOOK_MS = 200;
  private static final int PIECE = 1 << 16;

  /**
   * Waits for the end and prints the new version.
   *
   * @throws dev.tenon.catalog.job.JobFailedException if there is none
   */
  int follow(Catalog catalog, Job job) {
    PrintWriter err = command.getErr();
    err.println("job " + job.id());
    try (Interrupt interrupt = new Interrupt(() -> cancel(job, err))) {
      show(job, err);
      home.print(catalog.await(job), command.getOut());
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      job.cancel();
      return 1;
    }
  }

  private static void cancel(Job job, PrintWriter err) {
    err.println("cancelling job " + job.id());
    err.flush();
    job.cancel();
  }

  private static void show(Job job, PrintWriter err) throws IOException, InterruptedException {
    long at = 0;
    while (true) {
      boolean ended = job.status().state().ended();
      at = more(job, at, err);
      if (ended) {
        return;
      }
      Thread.sleep(LOOK_MS);
    }
  }

  private static long more(Job job, long from, PrintWriter err) throws IOException {
    long at = from;
    if (!job.log().toFile().exists()) {
      return at;
    }
    try (RandomAccessFile file = new RandomAccessFile(job.log().toFile(), "r")) {
      byte[] piece = new byte[PIECE];
      file.seek(at);
      for (int count = file.read(piece); count > 0; count = file.read(piece)) {
        err.print(new String(piece, 0, count, StandardCharsets.UTF_8));
        at += count;
      }
    }
    err.flush();
    return at;
  }
}
