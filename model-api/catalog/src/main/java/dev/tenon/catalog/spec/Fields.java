package dev.tenon.catalog.spec;

import dev.tenon.catalog.internal.path.PathRules;
import dev.tenon.catalog.internal.yaml.Node;
import dev.tenon.catalog.internal.yaml.Place;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one mapping. Each is read by its name and checked on the way; what nobody read is
 * unknown. A mapping that is absent has no fields; of one that has another type that is told, and
 * not that its fields are missing.
 *
 * <p>The file is long because each type of field reads and tells in its own way.
 */
final class Fields {
  private final String path;
  private final Place place;
  private final Optional<Node.Mapping> mapping;
  private final boolean broken;
  private final SpecLog log;
  private final Map<String, Node.Entry> byKey = new HashMap<>();
  private final Set<String> read = new HashSet<>();
  private final List<Fields> sections = new ArrayList<>();

  private Fields(
      String path, Place place, Optional<Node.Mapping> mapping, boolean broken, SpecLog log) {
    this.path = path;
    this.place = place;
    this.mapping = mapping;
    this.broken = broken;
    this.log = log;
    mapping.ifPresent(x -> x.entries().forEach(entry -> byKey.put(entry.key(), entry)));
  }

  /** Of a document. */
  static Fields of(Node.Mapping document, SpecLog log) {
    Place first =
        document.entries().stream().map(Node.Entry::place).findFirst().orElse(document.place());
    return new Fields("", first, Optional.of(document), false, log);
  }

  /** Whether the mapping is there. */
  boolean isPresent() {
    return mapping.isPresent();
  }

  /** Whether a field has a value. */
  boolean has(String key) {
    return entry(key).isPresent();
  }

  /** Whether a truth value is there and is none, which has been told. */
  boolean isWrong(String key) {
    return broken || entry(key).filter(x -> CoreValues.bool(x.value()).isEmpty()).isPresent();
  }

  /** Where a field stands, or where it would be missed. */
  Place place(String key) {
    return entry(key).map(Node.Entry::place).orElse(place);
  }

  /** Keys down to a field. */
  String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Notes an error at a field. */
  void error(SpecCode code, String key, String sentence) {
    log.error(code, path(key), place(key), sentence);
  }

  /** Notes a warning at a field. */
  void warn(SpecCode code, String key, String sentence) {
    log.warn(code, path(key), place(key), sentence);
  }

  /** Notes an error at an item of a list. */
  void errorItem(SpecCode code, String key, int index, String sentence) {
    log.error(code, path(key) + "[" + index + "]", items(key).get(index).place(), sentence);
  }

  /** Notes a warning at an item of a list. */
  void warnItem(SpecCode code, String key, int index, String sentence) {
    log.warn(code, path(key) + "[" + index + "]", items(key).get(index).place(), sentence);
  }

  private Optional<Node.Entry> entry(String key) {
    read.add(key);
    return Optional.ofNullable(byKey.get(key)).filter(x -> !CoreValues.isNull(x.value()));
  }

  private void wrongType(String key, String expected) {
    error(SpecCode.TYPE, key, "this is no " + expected);
  }

  /** Notes that a field is absent, unless that has another cause. */
  void missing(String key, String why) {
    if (!broken) {
      error(SpecCode.MISSING, key, why);
    }
  }

  // ---- texts

  /** A text that may be absent; an empty one replaces the default. */
  Optional<String> text(String key) {
    Optional<String> text = plainText(key);
    if (text.filter(String::isBlank).isPresent()) {
      warn(SpecCode.EMPTY_OVERRIDES_DEFAULT, key, "an empty text replaces the default");
      return Optional.of("");
    }
    return text;
  }

  /** A text that must be there and say something. */
  Optional<String> required(String key, String why) {
    if (!has(key)) {
      missing(key, why);
      return Optional.empty();
    }
    return filled(key, why);
  }

  /** A text that may be absent, and may not be empty. */
  Optional<String> filled(String key, String why) {
    Optional<String> text = plainText(key);
    if (text.filter(String::isBlank).isPresent()) {
      error(SpecCode.EMPTY, key, "the text is empty; " + why);
      return Optional.empty();
    }
    return text;
  }

  /** A text as it stands; empty if it is absent or none. */
  Optional<String> plainText(String key) {
    Optional<Node.Entry> entry = entry(key);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    if (entry.get().value() instanceof Node.Scalar scalar) {
      return Optional.of(scalar.text());
    }
    wrongType(key, "text");
    return Optional.empty();
  }

  /** A text that a rule allows. */
  Optional<String> allowed(
      Optional<String> text, String key, SpecCode code, Predicate<String> rule, String otherwise) {
    return text.filter(
        value -> {
          boolean holds = rule.test(value);
          if (!holds) {
            error(code, key, value + " " + otherwise);
          }
          return holds;
        });
  }

  /** A safe name. */
  Optional<String> identifier(Optional<String> text, String key) {
    return allowed(
        text,
        key,
        SpecCode.NAME,
        SpecNames::isIdentifier,
        "is no identifier (letters, digits, . _ -, at most 128)");
  }

  /** An address. */
  Optional<String> https(Optional<String> text, String key) {
    return allowed(text, key, SpecCode.VALUE, SpecNames::isHttps, "is no address (https://host…)");
  }

  /** A path below a root. */
  Optional<String> inside(Optional<String> text, String key) {
    return allowed(
        text, key, SpecCode.VALUE, PathRules::staysInside, "leaves the place it is a path in");
  }

  /** One of a closed list. */
  Optional<String> oneOf(Optional<String> text, String key, String... values) {
    return allowed(
        text,
        key,
        SpecCode.VALUE,
        List.of(values)::contains,
        "is none of " + String.join(", ", values));
  }

  // ---- other values

  /** True or false. */
  boolean bool(String key) {
    Optional<Node.Entry> entry = entry(key);
    if (entry.isEmpty()) {
      return false;
    }
    Optional<Boolean> value = CoreValues.bool(entry.get().value());
    if (value.isEmpty()) {
      wrongType(key, "truth value (true or false, unquoted)");
    }
    return value.orElse(false);
  }

  /** A whole number. */
  Optional<Integer> whole(String key, int least, int most) {
    return number(key, least, most, CoreValues::whole);
  }

  /** A whole number, which may stand in quotes. */
  Optional<Integer> quotedWhole(String key, int least, int most) {
    return number(
        key,
        least,
        most,
        node ->
            node instanceof Node.Scalar scalar
                ? CoreValues.whole(
                    new Node.Scalar(scalar.text(), true, Optional.empty(), scalar.place()))
                : Optional.empty());
  }

  private Optional<Integer> number(
      String key, int least, int most, Function<Node, Optional<BigInteger>> form) {
    Optional<Node.Entry> entry = entry(key);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    Optional<BigInteger> value = form.apply(entry.get().value());
    if (value.isEmpty()) {
      wrongType(key, "whole number");
      return Optional.empty();
    }
    boolean inside =
        value.get().compareTo(BigInteger.valueOf(least)) >= 0
            && value.get().compareTo(BigInteger.valueOf(most)) <= 0;
    if (!inside) {
      error(SpecCode.VALUE, key, value.get() + " is out of range (" + least + ".." + most + ")");
      return Optional.empty();
    }
    return value.map(BigInteger::intValueExact);
  }

  // ---- mappings and lists

  /** A mapping of its own fields. */
  Fields section(String key) {
    Fields known = known(key);
    if (known != null) {
      return known;
    }
    Optional<Node.Entry> entry = entry(key);
    Optional<Node.Mapping> found =
        entry
            .map(Node.Entry::value)
            .filter(Node.Mapping.class::isInstance)
            .map(Node.Mapping.class::cast);
    boolean wrong = entry.isPresent() && found.isEmpty();
    if (wrong) {
      wrongType(key, "mapping");
    }
    return child(path(key), place(key), found, wrong || broken);
  }

  private @Nullable Fields known(String key) {
    return sections.stream().filter(x -> x.path.equals(path(key))).findFirst().orElse(null);
  }

  private Fields child(
      String childPath, Place childPlace, Optional<Node.Mapping> found, boolean wrong) {
    Fields child = new Fields(childPath, childPlace, found, wrong, log);
    sections.add(child);
    return child;
  }

  /** A mapping that must be there; where it is not, its fields are not missed as well. */
  Fields requiredSection(String key, String why) {
    if (has(key)) {
      return section(key);
    }
    missing(key, why);
    return child(path(key), place, Optional.empty(), true);
  }

  /** A list of mappings. */
  List<Fields> entries(String key) {
    List<Fields> all = new ArrayList<>();
    List<Node> items = items(key);
    for (int i = 0; i < items.size(); i++) {
      String at = path(key) + "[" + i + "]";
      Node item = items.get(i);
      if (item instanceof Node.Mapping found) {
        all.add(child(at, item.place(), Optional.of(found), false));
      } else {
        log.error(SpecCode.TYPE, at, item.place(), "this is no mapping");
      }
    }
    return all;
  }

  /** The nodes of a list. */
  List<Node> items(String key) {
    Optional<Node.Entry> entry = entry(key);
    if (entry.isEmpty()) {
      return List.of();
    }
    if (entry.get().value() instanceof Node.Sequence sequence) {
      return sequence.items();
    }
    wrongType(key, "list");
    return List.of();
  }

  /** A list of texts. */
  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    List<Node> items = items(key);
    for (int i = 0; i < items.size(); i++) {
      Node item = items.get(i);
      if (item instanceof Node.Scalar scalar && !CoreValues.isNull(item)) {
        texts.add(scalar.text());
      } else {
        log.error(SpecCode.TYPE, path(key) + "[" + i + "]", item.place(), "this is no text");
      }
    }
    return texts;
  }

  /** A text or a list of them. */
  List<String> textOrTexts(String key) {
    boolean single = entry(key).filter(x -> x.value() instanceof Node.Scalar).isPresent();
    return single ? plainText(key).map(List::of).orElse(List.of()) : texts(key);
  }

  /** A map of single values, typed by YAML's core schema. */
  Map<String, @Nullable Object> values(String key) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (Node.Entry entry : freeEntries(key)) {
      if (entry.value() instanceof Node.Scalar) {
        values.put(entry.key(), CoreValues.value(entry.value()));
      } else {
        String at = path(key) + "." + entry.key();
        log.error(SpecCode.TYPE, at, entry.place(), "this is no single value");
      }
    }
    return values;
  }

  /** A map of texts in their source form. */
  Map<String, String> textMap(String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Node.Entry entry : freeEntries(key)) {
      if (entry.value() instanceof Node.Scalar scalar) {
        texts.put(entry.key(), scalar.text());
      } else {
        String at = path(key) + "." + entry.key();
        log.error(SpecCode.TYPE, at, entry.place(), "this is no text");
      }
    }
    return texts;
  }

  /** What a free map holds. */
  List<Node.Entry> freeEntries(String key) {
    Optional<Node.Entry> entry = entry(key);
    if (entry.isEmpty()) {
      return List.of();
    }
    if (entry.get().value() instanceof Node.Mapping found) {
      return found.entries();
    }
    wrongType(key, "mapping");
    return List.of();
  }

  /** The node of a field that is read elsewhere. */
  Optional<Node> node(String key) {
    return entry(key).map(Node.Entry::value);
  }

  /** Keys that are there. */
  List<String> keys() {
    return mapping.stream().flatMap(x -> x.entries().stream()).map(Node.Entry::key).toList();
  }

  /** Any field is allowed here. */
  void ignoreRest() {
    read.addAll(keys());
  }

  /** Fields that are allowed and mean nothing here. */
  void ignore(String... keys) {
    read.addAll(List.of(keys));
  }

  /** Notes and gives what nobody read, here and in the sections that were, by path. */
  Map<String, @Nullable Object> unknown() {
    Map<String, @Nullable Object> found = new LinkedHashMap<>();
    for (Node.Entry entry : mapping.map(Node.Mapping::entries).orElse(List.of())) {
      if (!read.contains(entry.key())) {
        log.unknown(path(entry.key()), entry.place(), "nobody reads this field");
        found.put(path(entry.key()), CoreValues.value(entry.value()));
      }
    }
    sections.forEach(x -> found.putAll(x.unknown()));
    return found;
  }
}
