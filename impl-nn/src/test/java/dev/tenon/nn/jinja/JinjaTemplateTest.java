package dev.tenon.nn.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.tenon.chat.ChatTemplateException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JinjaTemplateTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2024-07-06T05:04:03Z"), ZoneOffset.UTC);

  private static String render(String source) {
    return JinjaTemplate.compile("t", source)
        .render(Map.of("s", "text", "xs", List.of(1, 2), "m", Map.of("k", "v")), CLOCK)
        .text();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ s.getClass() }}",
        "{{ s.__class__.__mro__ }}",
        "{{ s.class.name }}",
        "{{ m.getOrDefault('k', 1) }}",
        "{{ m.update({}) }}",
        "{{ xs.append(3) }}",
        "{{ xs.stream() }}",
        "{{ ''.format.__globals__['x'] }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self.x }}",
        "{{ namespace(_x=1) }}",
        "{% include 'file' %}",
        "{% import 'file' as f %}"
      })
  void aTemplateReachesNothingButItsValues(String source) {
    assertThatThrownBy(() -> render(source))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageStartingWith("t:1: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'a' * 999999999 }}",
        "{% set x = namespace(t='aaaaaaaa') %}{% for i in range(99) %}{% set x.t = x.t + x.t %}{%"
            + " endfor %}",
        "{% set x = namespace(t=[1]) %}{% for i in range(99) %}{% set x.t = [x.t, x.t] %}{% endfor"
            + " %}{{ x.t }}",
        "{% set x = namespace(t=[1], u=[1]) %}{% for i in range(99) %}{% set x.t = [x.t, x.t] %}{%"
            + " set x.u = [x.u, x.u] %}{% endfor %}{{ x.t == x.u }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ range(999999999) | list }}",
        "{{ 9 ** 9999 ** 2 }}",
        "{{ s.ljust(2000000000) }}",
        "{{ '%999s' % s if false else s | center(2000000000) }}",
        "{{ m | tojson(indent=999999999) }}",
        "{% for x in xs recursive %}{{ loop(xs) }}{% endfor %}"
      })
  void aTemplateEndsSoonAndFillsNoMemory(String source) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThatThrownBy(() -> render(source))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageStartingWith("t:1: "));
  }

  @Test
  void deepNestingIsRefusedBeforeTheStackEnds() {
    String brackets = "{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}";
    String tags = "{% if true %}".repeat(5000) + "{% endif %}".repeat(5000);
    String signs = "{{ " + "-".repeat(5000) + "1 }}";
    String nots = "{{ " + "not ".repeat(5000) + "1 }}";
    String sums = "{{ 1" + " + 1".repeat(5000) + " }}";
    String choices = "{{ 1" + " if true else 1".repeat(5000) + " }}";
    String elifs = "{% if false %}" + "{% elif false %}".repeat(5000) + "{% endif %}";
    String dots = "{{ m" + ".k".repeat(5000) + " }}";
    for (String source : List.of(brackets, tags, signs, nots, sums, choices, dots)) {
      assertThatThrownBy(() -> render(source)).isInstanceOf(ChatTemplateException.class);
    }
    assertThat(render(elifs)).isEmpty();
  }

  @Test
  void errorsNameTheLine() {
    assertThatThrownBy(() -> render("a\n{% if x %}\n{{ 1 + }}"))
        .hasMessageStartingWith("t:3: unexpected '}}'")
        .isInstanceOfSatisfying(ChatTemplateException.class, e -> assertThat(e.line()).hasValue(3));
    assertThatThrownBy(() -> render("a\n\n{{ raise_exception('no ' ~ s) }}"))
        .hasMessage("t:3: no text");
    assertThatThrownBy(() -> render("{% for x in xs %}")).hasMessageStartingWith("t:1: ");
    assertThatThrownBy(() -> render("\n{{ nobody.name }}"))
        .hasMessage("t:2: 'nobody' is undefined");
    assertThatThrownBy(() -> render("\n{{ 'a' + 1 }}"))
        .hasMessage("t:2: can only concatenate str (not \"int\") to str");
  }

  @Test
  void timeIsThatOfTheClock() {
    assertThat(render("{{ strftime_now('%d %b %Y, %A %H:%M:%S %-d %e %j %y %p %%') }}"))
        .isEqualTo("06 Jul 2024, Saturday 05:04:03 6  6 188 24 AM %");
  }
}
