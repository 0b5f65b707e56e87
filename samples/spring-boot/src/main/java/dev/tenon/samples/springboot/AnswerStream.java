package dev.tenon.samples.springboot;

import dev.tenon.modelinterface.text.Generation;
import dev.tenon.modelinterface.text.TextGenerator;
import dev.tenon.modelinterface.text.TextListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** One answer on its way to one client: an event for each piece, then one that tells the usage. */
final class AnswerStream implements TextListener, Runnable {
  private final TextGenerator generator;
  private final Question question;
  private final SseEmitter events = new SseEmitter(0L);
  private volatile boolean gone;

  AnswerStream(TextGenerator generator, Question question) {
    this.generator = generator;
    this.question = question;
    events.onError(failure -> gone = true);
  }

  SseEmitter events() {
    return events;
  }

  /** What fails before the first piece becomes the status of the response. */
  @Override
  public void run() {
    try {
      Generation answer = generator.stream(question.prompt(), question.options(), this);
      send(Map.of("finishReason", answer.finishReason(), "usage", answer.usage()));
      events.complete();
    } catch (RuntimeException e) {
      events.completeWithError(e);
    }
  }

  /** As JSON, because the format of events drops a space at the start of a line. */
  @Override
  public void onText(String piece) {
    send(Map.of("text", piece));
  }

  @Override
  public boolean isCancelled() {
    return gone;
  }

  /** A client that has gone away ends its answer. */
  private void send(Map<String, ?> event) {
    try {
      events.send(event);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
