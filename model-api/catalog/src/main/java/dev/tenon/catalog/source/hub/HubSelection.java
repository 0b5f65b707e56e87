package dev.tenon.catalog.source.hub;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Which files of a repository are brought. Patterns are those of Python's fnmatch: {@code *} any
 * text, slashes too, {@code ?} one character, {@code [abc]} one of these; one that ends with a
 * slash means all below.
 *
 * @param allow files are brought that one of these matches
 * @param otherwise also allowed where a repository has no file {@code *.safetensors}
 * @param ignore files are not brought that one of these matches
 */
public record HubSelection(List<String> allow, List<String> otherwise, List<String> ignore) {
  /** Every file. */
  public static final HubSelection ALL = of(List.of("*"), List.of());

  /**
   * What loading a model needs: safetensors, json, txt, tokenizers and chat templates, card and
   * licence. Weights of other formats, pickles among them, only where there are no safetensors;
   * code never.
   */
  public static final HubSelection MODEL =
      new HubSelection(
          List.of(
              "*.safetensors",
              "*.json",
              "*.jsonl",
              "*.txt",
              "*.model",
              "*.tiktoken",
              "*.jinja",
              "tokenizer*",
              "*/tokenizer*",
              "*.md",
              "LICENSE*",
              "NOTICE*"),
          List.of("*.bin", "*.pt", "*.pth", "*.ckpt", "*.h5", "*.msgpack", "*.onnx", "*.gguf"),
          List.of("*.py", "*.ipynb", "*.bin.index.json", "onnx/*", "openvino/*"));

  private static final String SAFETENSORS = ".safetensors";

  /** Copies. */
  public HubSelection {
    allow = List.copyOf(allow);
    otherwise = List.copyOf(otherwise);
    ignore = List.copyOf(ignore);
  }

  /** Files by these patterns, whatever formats there are. */
  public static HubSelection of(List<String> allow, List<String> ignore) {
    return new HubSelection(allow, List.of(), ignore);
  }

  /** Those of these files, in their order. */
  List<HubFile> of(List<HubFile> files) {
    boolean safetensors = files.stream().anyMatch(x -> x.path().endsWith(SAFETENSORS));
    List<Pattern> allowed = patterns(allow);
    List<Pattern> more = safetensors ? List.of() : patterns(otherwise);
    List<Pattern> ignored = patterns(ignore);
    return files.stream()
        .filter(x -> any(allowed, x.path()) || any(more, x.path()))
        .filter(x -> !any(ignored, x.path()))
        .toList();
  }

  private static boolean any(List<Pattern> patterns, String path) {
    return patterns.stream().anyMatch(x -> x.matcher(path).matches());
  }

  private static List<Pattern> patterns(List<String> globs) {
    return globs.stream().map(HubSelection::pattern).toList();
  }

  /** A glob as a regular expression. Runs of stars become one, so matching takes no long time. */
  private static Pattern pattern(String glob) {
    String whole = (glob.endsWith("/") ? glob + "*" : glob).replaceAll("[*]+", "*");
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < whole.length(); i++) {
      char next = whole.charAt(i);
      int end = next == '[' ? whole.indexOf(']', i + 2) : -1;
      if (end > 0) {
        regex.append(oneOf(whole.substring(i + 1, end)));
        i = end;
      } else {
        regex.append(next == '*' ? ".*" : next == '?' ? "." : Pattern.quote(String.valueOf(next)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  private static String oneOf(String inside) {
    boolean not = inside.startsWith("!");
    String all = (not ? inside.substring(1) : inside).replaceAll("[\\\\\\[\\]&^]", "\\\\$0");
    return "[" + (not ? "^" : "") + all + "]";
  }
}
