package dev.tenon.catalog.job;

import dev.tenon.internal.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The variables of a process that runs a job: the environment of the description, {@code PARAM_…}
 * for each parameter, and the places {@code TENON_MODEL_SAVED}, {@code TENON_MODEL_TRAINED}, {@code
 * TENON_DATA}, {@code TENON_PARAMS}.
 */
final class Variables {
  /** Where the source lies. */
  static final String SAVED = "TENON_MODEL_SAVED";

  /** Where the result goes. */
  static final String TRAINED = "TENON_MODEL_TRAINED";

  /** What a program needs to run at all; anything else of our own environment may be a secret. */
  private static final Pattern INHERITED =
      Pattern.compile(
          "PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|COMSPEC"
              + "|PATHEXT|WINDIR|APPDATA|LOCALAPPDATA|USERPROFILE|JAVA_HOME|LD_LIBRARY_PATH"
              + "|DYLD_LIBRARY_PATH|PYTHON(PATH|HOME|UNBUFFERED|DONTWRITEBYTECODE)|VIRTUAL_ENV"
              + "|CONDA_(PREFIX|DEFAULT_ENV)|PYENV_ROOT|CUDA_.*|NVIDIA_.*|NCCL_.*|OMP_.*"
              + "|XDG_(CACHE|CONFIG|DATA)_HOME|XDG_RUNTIME_DIR|HF_(HOME|HUB_OFFLINE|ENDPOINT)"
              + "|SSL_CERT_(FILE|DIR)|DOCKER_(HOST|CONTEXT|CONFIG|CERT_PATH|TLS_VERIFY)");

  private static final Pattern REFERENCE =
      Pattern.compile("\\$?\\$\\(([A-Za-z_][A-Za-z0-9_.-]*)\\)");

  private Variables() {}

  /**
   * Where a process finds its files.
   *
   * @param saved the source
   * @param trained the destination
   * @param data the dataset
   * @param params all parameters as a JSON file
   */
  record Places(Optional<String> saved, String trained, Optional<String> data, String params) {
    /** On this machine. */
    static Places of(Attempt attempt) {
      return new Places(
          attempt.saved().map(Path::toString),
          attempt.trained().toString(),
          attempt.data().map(Path::toString),
          attempt.files().params().toString());
    }
  }

  /** Of the job, without those that a process inherits. */
  static Map<String, String> of(
      Map<String, String> env, Map<String, @Nullable Object> params, Places places) {
    Map<String, String> all = new LinkedHashMap<>(env);
    params.forEach((name, value) -> all.put(JobNames.variable(name), text(value)));
    places.saved().ifPresent(x -> all.put(SAVED, x));
    all.put(TRAINED, places.trained());
    places.data().ifPresent(x -> all.put("TENON_DATA", x));
    all.put("TENON_PARAMS", places.params());
    JobNames.requireNoNul(all);
    return all;
  }

  /** What a process of this machine gets of our own environment. */
  static Map<String, String> inherited(SearchPath path) {
    Map<String, String> all = new LinkedHashMap<>();
    System.getenv()
        .forEach(
            (name, value) -> {
              if (INHERITED.matcher(name.toUpperCase(Locale.ROOT)).matches()) {
                all.put(name, value);
              }
            });
    all.put("PATH", path.text());
    return all;
  }

  /** A text as it is, null as nothing, all else as JSON. */
  static String text(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    return value instanceof String text ? text : Json.compact(value);
  }

  /**
   * Words whose {@code $(NAME)} stand for variables, as in a container's command on Kubernetes;
   * {@code $$(NAME)} stands for {@code $(NAME)}. Unknown names stay, and so do those of values that
   * hold a secret: everybody may read the words of a process.
   */
  static List<String> expand(List<String> words, Map<String, String> variables, Secrets secrets) {
    return words.stream()
        .map(
            word ->
                REFERENCE
                    .matcher(word)
                    .replaceAll(x -> Matcher.quoteReplacement(value(x, variables, secrets))))
        .toList();
  }

  private static String value(MatchResult found, Map<String, String> variables, Secrets secrets) {
    if (found.group().startsWith("$$")) {
      return found.group().substring(1);
    }
    String value = variables.get(found.group(1));
    return value == null || secrets.shows(value) ? found.group() : value;
  }
}
