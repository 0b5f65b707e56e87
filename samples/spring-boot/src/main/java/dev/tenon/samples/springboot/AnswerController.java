package dev.tenon.samples.springboot;

import dev.tenon.error.InvalidInputException;
import dev.tenon.modelinterface.text.TextGenerator;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Streams answers. As many grow side by side as application.properties gives threads. */
@RestController
class AnswerController {
  private final TextGenerator generator;
  private final AsyncTaskExecutor threads;

  AnswerController(TextGenerator generator, AsyncTaskExecutor threads) {
    this.generator = generator;
    this.threads = threads;
  }

  @PostMapping(path = "/answers", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  SseEmitter answer(@RequestBody Question question) {
    AnswerStream stream = new AnswerStream(generator, question);
    threads.execute(stream);
    return stream.events();
  }

  @ExceptionHandler
  ProblemDetail refuse(InvalidInputException failure) {
    return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, failure.getMessage());
  }

  @ExceptionHandler
  ProblemDetail refuse(RejectedExecutionException full) {
    return ProblemDetail.forStatusAndDetail(
        HttpStatus.SERVICE_UNAVAILABLE, "answers that wait: too many (expected: try later)");
  }
}
