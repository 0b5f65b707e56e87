package dev.tenon.catalog.job;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A program that hosts a job which does not end, to be killed. */
final class JobHost {
  private JobHost() {}

  /** Arguments: the home, and {@code type} or {@code process}. */
  public static void main(String[] arguments) throws Exception {
    try (JobFixture fixture = new JobFixture(Path.of(arguments[0]))) {
      fixture.type(
          "half",
          context -> {
            java.nio.file.Files.writeString(context.trained().resolve("half.bin"), "half");
            context.log("half way");
            new CountDownLatch(1).await();
          });
      JobRequest.Builder request = fixture.request();
      JobRequest.Builder chosen =
          arguments[1].equals("type")
              ? request.runner("half")
              : request.shellCommand(
                  "echo half > $TENON_MODEL_TRAINED/half.bin; echo pid $$; echo half way; sleep"
                      + " 600");
      Job job = fixture.jobs().start(chosen.build());
      System.out.println(job.id());
      System.out.flush();
      job.join();
    }
  }
}
