package dev.tenon.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static Object parse(String text) {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "t.json");
  }

  @Test
  void numbersKeepTheirText() {
    String text =
        "{\"b\":1e-05,\"a\":[10000.0,-0,1E+2,123456789012345678901234567890],\"c\":\"\\u00e9 \\n"
            + "\",\"n\":null,\"t\":true}";
    assertThat(Json.compact(parse(text)))
        .isEqualTo(
            "{\"b\":1e-05,\"a\":[10000.0,-0,1E+2,123456789012345678901234567890],\"c\":\"é \\n"
                + "\",\"n\":null,\"t\":true}");
  }

  @Test
  void prettyLooksLikeHuggingFacesFiles() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("model_type", "llama");
    value.put("ids", List.of(1, 2));
    value.put("none", Map.of());
    value.put("empty", List.of());
    assertThat(Json.pretty(value))
        .isEqualTo(
            """
            {
              "model_type": "llama",
              "ids": [
                1,
                2
              ],
              "none": {},
              "empty": []
            }
            """);
    assertThatThrownBy(() -> Json.compact(Double.NaN))
        .hasMessage("JSON number: NaN (expected: finite)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "[1 2]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "[NaN]",
        "[-Infinity]",
        "[01]",
        "[+1]",
        "[.5]",
        "[1.]",
        "[0x1]",
        "[True]",
        "[nul]",
        "[1]x",
        "{}{}",
        "[\"\u0001\"]",
        "[\"\\x\"]",
        "[\"\\ud800\"]",
        "[\"\\udc00\"]",
        "// c\n1",
        "[1];",
        ")]}'\n1",
        "\"open",
        "{\"a\" 1}",
        "{\"a\"=1}",
        "{1:2}",
        "{null:1}",
        "[\"\\u12\"]"
      })
  void rejectsWhatIsNotStrict(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(JsonException.class)
        .hasMessageStartingWith("t.json");
  }

  @Test
  void errorsNameFilePlaceAndPath() {
    assertThatThrownBy(() -> parse("{\n  \"rope\": {\"factor\": NaN}\n}"))
        .hasMessageMatching("t\\.json:2:\\d+: \\$\\.rope\\.factor: .*\\(expected: strict JSON\\)");
    assertThatThrownBy(() -> parse("{\"a\":[{\"x\":1,\"x\":2}]}"))
        .hasMessageMatching(
            "t\\.json:1:\\d+: \\$\\.a\\[0\\]\\.x: duplicate key x \\(expected: each key once\\)");
    assertThatThrownBy(() -> parse("{\"é\":\n tru}"))
        .isInstanceOfSatisfying(JsonException.class, e -> assertThat(e.offset()).isBetween(7L, 9L));
  }

  @Test
  void rejectsBytesThatAreNoUtf8() {
    byte[] bytes = {'[', '"', (byte) 0xff, '"', ']'};
    assertThatThrownBy(() -> Json.parse(bytes, "t.json"))
        .hasMessage("t.json: byte 2 is malformed (expected: UTF-8)");
    byte[] cut = {'"', (byte) 0xc3};
    assertThatThrownBy(() -> Json.parse(cut, "t.json")).hasMessageContaining("malformed");
    byte[] mark = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf, '1'};
    assertThatThrownBy(() -> Json.parse(mark, "t.json")).hasMessageContaining("byte order mark");
  }

  @Test
  void limitsSizeAndDepth() {
    Json.Limits limits = new Json.Limits(200, 8);
    byte[] deep = ("[".repeat(8) + "]".repeat(8)).getBytes(StandardCharsets.UTF_8);
    assertThat(Json.parse(deep, "t.json", limits)).isInstanceOf(List.class);
    byte[] deeper = ("[".repeat(9) + "]".repeat(9)).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Json.parse(deeper, "t.json", limits))
        .isInstanceOf(JsonException.class);
    byte[] hostile = new byte[1 << 20];
    Arrays.fill(hostile, (byte) '[');
    assertThatThrownBy(() -> Json.parse(hostile, "t.json")).isInstanceOf(JsonException.class);
    assertThatThrownBy(() -> Json.parse(hostile, "t.json", limits))
        .hasMessage("t.json: 1048576 bytes (expected: at most 200)");
  }

  @Test
  void typedGettersNameFileAndKey() {
    JsonObject object =
        Json.parseObject(
            "{\"s\":\"x\",\"i\":3,\"f\":2.5,\"b\":true,\"o\":{\"z\":0},\"l\":[1,2],\"w\":[\"a\"],\"n\":null,\"big\":1e999,\"neg\":-1}"
                .getBytes(StandardCharsets.UTF_8),
            "config.json");
    assertThat(object.string("s")).isEqualTo("x");
    assertThat(object.integer("i")).isEqualTo(3);
    assertThat(object.positiveInt("i")).isEqualTo(3);
    assertThat(object.number("f")).isEqualTo(2.5);
    assertThat(object.number("i")).isEqualTo(3.0);
    assertThat(object.bool("b")).isTrue();
    assertThat(object.integers("l")).containsExactly(1L, 2L);
    assertThat(object.strings("w")).containsExactly("a");
    assertThat(object.strings("absent")).isEmpty();
    assertThat(object.has("n")).isFalse();
    assertThat(object.string("n", "fallback")).isEqualTo("fallback");
    assertThat(object.findNumber("absent")).isEmpty();
    assertThat(object.positiveInt("absent", 7)).isEqualTo(7);
    assertThatThrownBy(() -> object.string("absent"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("config.json: $.absent: missing (expected: a string)");
    assertThatThrownBy(() -> object.string("i"))
        .hasMessage("config.json: $.i: 3 (expected: a string)");
    assertThatThrownBy(() -> object.string("i", "fallback"))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> object.integer("f"))
        .hasMessage("config.json: $.f: 2.5 (expected: an integer)");
    assertThatThrownBy(() -> object.number("big")).hasMessageContaining("a finite number");
    assertThatThrownBy(() -> object.positiveInt("neg")).hasMessageContaining("$.neg: -1");
    assertThatThrownBy(() -> object.object("o").positiveInt("z"))
        .hasMessageContaining("config.json: $.o.z: 0");
    assertThatThrownBy(() -> object.strings("l")).hasMessageContaining("a list of strings");
    assertThatThrownBy(() -> object.object("s"))
        .hasMessageContaining("$.s: \"x\" (expected: an object)");
  }

  @ParameterizedTest
  @CsvSource({
    "9223372036854775807,true",
    "9223372036854775808,false",
    "-9223372036854775808,true",
    "12345678901234567890123,false",
    "-0,true",
    "7,true",
    "1.0,false",
    "1e3,false"
  })
  void integersFitInto64Bits(String text, boolean fits) {
    assertThat(((JsonNumber) parse(text)).isLong()).isEqualTo(fits);
  }

  @Test
  void filesAreNamed(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("config.json");
    assertThatThrownBy(() -> Json.readObject(file)).hasMessageContaining("config.json: missing");
    Files.writeString(file, "[1]");
    assertThatThrownBy(() -> Json.readObject(file))
        .hasMessage("config.json: $: [1] (expected: an object)");
    Files.writeString(file, "{\"a\":1}");
    assertThat(Json.readObject(file).integer("a")).isEqualTo(1);
    assertThatThrownBy(() -> Json.readObject(file, new Json.Limits(3, 4)))
        .hasMessageContaining("7 bytes");
    assertThatThrownBy(() -> Json.readObject(directory)).isInstanceOf(InvalidInputException.class);
  }
}
