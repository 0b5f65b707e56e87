package dev.tenon.jobs;

import dev.tenon.catalog.job.Job;
import java.nio.file.Path;
import java.util.Map;

/** A program that hosts a long training, to be killed. */
final class TrainingHost {
  private TrainingHost() {}

  /** Argument: the home. */
  public static void main(String[] arguments) throws Exception {
    try (JobCase jobs = new JobCase(Path.of(arguments[0]))) {
      Map<String, Object> params = Map.of("steps", Long.parseLong(arguments[1]));
      Job job = jobs.jobs.start(jobs.request(params).runner("finetune").build());
      System.out.println(job.id());
      System.out.flush();
      job.join();
    }
  }
}
