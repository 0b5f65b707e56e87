package dev.tenon.catalog.internal.yaml;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.StreamDataWriter;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.emitter.Emitter;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.ImplicitTuple;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.events.StreamEndEvent;
import org.snakeyaml.engine.v2.events.StreamStartEvent;

/**
 * Writes a tree as one document. A text stays a text for readers of YAML 1.1 too: what they take
 * for a number, a date or a truth value is quoted. Equal trees give equal texts.
 */
public final class YamlWriter {
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z/_]([A-Za-z0-9/_.@+=()-]|,(?! )|:(?![ :])| (?=[A-Za-z0-9(/_]))*");
  private static final Pattern WORD =
      Pattern.compile("null|true|false|yes|no|on|off|y|n", Pattern.CASE_INSENSITIVE);

  /** Lines that a block shows as they are. */
  private static final Pattern BLOCK =
      Pattern.compile("[!-~\\p{L}][ -~\\p{L}]*(?<! )(\\n([ -~\\p{L}]*(?<! ))?)*(?<!\\n)\\n?");

  private static final DumpSettings SETTINGS =
      DumpSettings.builder().setUseUnicodeEncoding(true).setSplitLines(false).build();

  private final StringBuilder text = new StringBuilder();
  private final Emitter emitter;

  private YamlWriter() {
    emitter =
        new Emitter(
            SETTINGS,
            new StreamDataWriter() {
              @Override
              public void write(String piece) {
                text.append(piece);
              }

              @Override
              public void write(String piece, int offset, int length) {
                text.append(piece, offset, offset + length);
              }
            });
  }

  /**
   * Writes a document.
   *
   * @param document of null, Boolean, numbers, String, List and Map with keys that are texts
   */
  public static String write(Map<String, @Nullable Object> document) {
    YamlWriter writer = new YamlWriter();
    writer.emitter.emit(new StreamStartEvent());
    writer.emitter.emit(new DocumentStartEvent(false, Optional.empty(), Map.of()));
    writer.value(document);
    writer.emitter.emit(new DocumentEndEvent(false));
    writer.emitter.emit(new StreamEndEvent());
    return writer.text.toString();
  }

  private void value(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      emitter.emit(
          new MappingStartEvent(Optional.empty(), Optional.empty(), true, style(map.isEmpty())));
      map.forEach(
          (key, each) -> {
            scalar(String.valueOf(key), styleOfKey(String.valueOf(key)));
            value(each);
          });
      emitter.emit(new MappingEndEvent());
    } else if (value instanceof List<?> list) {
      emitter.emit(
          new SequenceStartEvent(Optional.empty(), Optional.empty(), true, style(list.isEmpty())));
      list.forEach(this::value);
      emitter.emit(new SequenceEndEvent());
    } else if (value instanceof String string) {
      scalar(
          string,
          BLOCK.matcher(string).matches() && string.contains("\n")
              ? ScalarStyle.LITERAL
              : styleOfKey(string));
    } else {
      scalar(plain(value), ScalarStyle.PLAIN);
    }
  }

  private static FlowStyle style(boolean empty) {
    return empty ? FlowStyle.FLOW : FlowStyle.BLOCK;
  }

  private static ScalarStyle styleOfKey(String text) {
    boolean plain = PLAIN.matcher(text).matches() && !WORD.matcher(text).matches();
    return plain && !text.endsWith(":") ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED;
  }

  private static String plain(@Nullable Object value) {
    if (value instanceof Double number && !Double.isFinite(number)) {
      return number.isNaN() ? ".nan" : number > 0 ? ".inf" : "-.inf";
    }
    return String.valueOf(value);
  }

  private void scalar(String value, ScalarStyle style) {
    emitter.emit(
        new ScalarEvent(
            Optional.empty(), Optional.empty(), new ImplicitTuple(true, true), value, style));
  }
}
