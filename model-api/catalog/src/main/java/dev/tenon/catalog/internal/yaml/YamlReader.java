package dev.tenon.catalog.internal.yaml;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads one document from the parser's events, and counts before it builds: depth, nodes and
 * aliases are bounded, so neither stack nor memory is at a text's mercy. Texts keep their source
 * form.
 */
public final class YamlReader {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_NODES = 10_000;
  private static final int MAX_ALIASES = 50;
  private static final long MAX_EXPANDED = 100_000;

  private static final String CORE = "tag:yaml.org,2002:";
  private static final Set<String> CORE_TAGS =
      Set.of("str", "int", "float", "bool", "null", "map", "seq");

  private final Iterator<Event> events;
  private final Map<String, Anchored> anchors = new HashMap<>();
  private final Set<String> open = new HashSet<>();
  private int nodes;
  private int aliases;
  private long expanded;

  private YamlReader(String text) {
    // A buffer of the whole text: a smaller one is copied for each piece of a long scalar.
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(Integer.MAX_VALUE)
            .setBufferSize(text.length() + 1)
            .build();
    events = new ParserImpl(settings, new StreamReader(settings, text));
  }

  /**
   * Reads a document whose top level is a mapping.
   *
   * @throws YamlFault if it is none, or beyond a limit
   */
  public static Node.Mapping read(byte[] bytes) {
    try {
      return new YamlReader(YamlText.of(bytes)).document();
    } catch (MarkedYamlEngineException e) {
      Place place = e.getProblemMark().map(YamlReader::place).orElse(Place.START);
      throw new YamlFault(YamlRule.SYNTAX, "", place, String.valueOf(e.getProblem()));
    } catch (YamlEngineException e) {
      throw new YamlFault(YamlRule.SYNTAX, "", Place.START, String.valueOf(e.getMessage()));
    }
  }

  private Node.Mapping document() {
    @Nullable Node first = null;
    while (events.hasNext()) {
      Event event = events.next();
      if (event instanceof DocumentStartEvent) {
        if (first != null) {
          throw fault(YamlRule.MULTI_DOC, event, "a second document (one is read)");
        }
        first = node(events.next(), 1, "").node;
      }
    }
    if (first == null || isNull(first)) {
      throw new YamlFault(YamlRule.EMPTY_DOCUMENT, "", Place.START, "there is no document");
    }
    if (first instanceof Node.Mapping mapping) {
      return mapping;
    }
    throw new YamlFault(
        YamlRule.TYPE, "", first.place(), "the document is no mapping (keys with values)");
  }

  private static boolean isNull(Node node) {
    return node instanceof Node.Scalar scalar && scalar.plain() && scalar.text().isEmpty();
  }

  private Anchored node(Event event, int depth, String path) {
    if (depth > MAX_DEPTH) {
      throw fault(YamlRule.DEPTH, event, "nested deeper than " + MAX_DEPTH);
    }
    if (event instanceof AliasEvent alias) {
      return resolve(alias, depth);
    }
    if (++nodes > MAX_NODES) {
      throw fault(YamlRule.NODES, event, "more than " + MAX_NODES + " nodes");
    }
    expand(1, event);
    Optional<String> anchor = ((NodeEvent) event).getAnchor().map(Object::toString);
    anchor.ifPresent(open::add);
    Anchored node = build(event, depth, path);
    anchor.ifPresent(
        name -> {
          open.remove(name);
          anchors.put(name, node);
        });
    return node;
  }

  private Anchored build(Event event, int depth, String path) {
    if (event instanceof MappingStartEvent start) {
      tag(start.getTag(), event);
      return mapping(start, depth, path);
    }
    if (event instanceof SequenceStartEvent start) {
      tag(start.getTag(), event);
      return sequence(start, depth, path);
    }
    ScalarEvent scalar = (ScalarEvent) event;
    Optional<String> tag = tag(scalar.getTag(), event);
    boolean plain = scalar.getScalarStyle() == ScalarStyle.PLAIN && tag.isEmpty();
    return new Anchored(new Node.Scalar(scalar.getValue(), plain, tag, place(event)), 1, 1);
  }

  private Anchored mapping(MappingStartEvent start, int depth, String path) {
    List<Node.Entry> entries = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    long size = 1;
    int height = 1;
    for (Event event = events.next(); !(event instanceof MappingEndEvent); event = events.next()) {
      Anchored key = node(event, depth + 1, path);
      if (!(key.node instanceof Node.Scalar scalar)) {
        throw fault(YamlRule.TYPE, event, "a key is no text");
      }
      String name = scalar.text();
      String child = path.isEmpty() ? name : path + "." + name;
      if (name.equals("<<") && scalar.plain()) {
        throw new YamlFault(
            YamlRule.MERGE_KEY, child, place(event), "merge keys are no part of YAML 1.2");
      }
      if (!keys.add(name)) {
        throw new YamlFault(
            YamlRule.DUPLICATE_KEY, child, place(event), "the key stands twice in one mapping");
      }
      Anchored value = node(events.next(), depth + 1, child);
      entries.add(new Node.Entry(name, place(event), value.node));
      size += key.size + value.size;
      height = Math.max(height, value.height + 1);
    }
    return new Anchored(new Node.Mapping(entries, place(start)), size, height);
  }

  private Anchored sequence(SequenceStartEvent start, int depth, String path) {
    List<Node> items = new ArrayList<>();
    long size = 1;
    int height = 1;
    for (Event event = events.next(); !(event instanceof SequenceEndEvent); event = events.next()) {
      Anchored item = node(event, depth + 1, path + "[" + items.size() + "]");
      items.add(item.node);
      size += item.size;
      height = Math.max(height, item.height + 1);
    }
    return new Anchored(new Node.Sequence(items, place(start)), size, height);
  }

  private Anchored resolve(AliasEvent alias, int depth) {
    String name = alias.getAlias().toString();
    if (open.contains(name)) {
      throw fault(YamlRule.ALIAS_LIMIT, alias, "alias " + name + " contains itself");
    }
    Anchored target = anchors.get(name);
    if (target == null) {
      throw fault(YamlRule.SYNTAX, alias, "alias " + name + " has no anchor before it");
    }
    if (!(target.node instanceof Node.Scalar) && ++aliases > MAX_ALIASES) {
      throw fault(YamlRule.ALIAS_LIMIT, alias, "more than " + MAX_ALIASES + " aliases");
    }
    expand(target.size, alias);
    if (depth + target.height - 1 > MAX_DEPTH) {
      throw fault(YamlRule.DEPTH, alias, "nested deeper than " + MAX_DEPTH);
    }
    return target;
  }

  private void expand(long size, Event event) {
    expanded += size;
    if (expanded > MAX_EXPANDED) {
      throw fault(
          YamlRule.ALIAS_LIMIT, event, "more than " + MAX_EXPANDED + " nodes through aliases");
    }
  }

  private static Optional<String> tag(Optional<String> tag, Event event) {
    tag.ifPresent(
        name -> {
          if (!name.startsWith(CORE) || !CORE_TAGS.contains(name.substring(CORE.length()))) {
            throw fault(
                YamlRule.TAG, event, "tag " + name + " (allowed: !!str !!int !!float !!bool …)");
          }
        });
    return tag.map(name -> name.substring(CORE.length()));
  }

  private static YamlFault fault(YamlRule rule, Event event, String sentence) {
    return new YamlFault(rule, "", place(event), sentence);
  }

  private static Place place(Event event) {
    return event.getStartMark().map(YamlReader::place).orElse(Place.START);
  }

  private static Place place(org.snakeyaml.engine.v2.exceptions.Mark mark) {
    return new Place(mark.getLine() + 1, mark.getColumn() + 1);
  }

  /**
   * A node that an alias may mean.
   *
   * @param size nodes in it, aliases expanded
   * @param height levels in it
   */
  private record Anchored(Node node, long size, int height) {}
}
