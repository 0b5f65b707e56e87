package dev.tenon.catalog.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Descriptions as trees that a seed makes, with every field of each dialect now and then.
 *
 * <p>The file is long because each field of three dialects is drawn once, beside the fields it
 * excludes.
 */
final class RandomSpecs {
  static final List<String> HOSTILE =
      List.of(
          "",
          " ",
          "no",
          "true",
          "True",
          "null",
          "~",
          "1.10",
          "012",
          "0x1F",
          "2021-11-20",
          "1e3",
          ".inf",
          "-",
          "--- a",
          "...",
          "- a",
          "? a",
          ": a",
          "a: b",
          "a #b",
          "#a",
          "&a",
          "*a",
          "!a",
          "!!str a",
          "|",
          ">",
          "@a",
          "`a",
          "%a",
          "[a",
          "{a",
          "'a",
          "\"a",
          "a'b\"c",
          "\\",
          "a\\n",
          "a\nb",
          "a\nb\n",
          "a\n\n",
          "\na",
          " a\nb",
          "a \nb",
          "a\n  b\n c",
          "a\n\nb",
          "\ta",
          "a\tb",
          "a\t\nb",
          "a\r\nb",
          "a\u0085b",
          "a\u2028b",
          "a\u00a0b",
          "\ufeffa",
          "é",
          "日本語",
          "😀",
          "a😀\nb",
          "a,b",
          "a, b",
          "a:",
          "a:b",
          "https://a.example/b?c=d&e#f",
          "x".repeat(300),
          "x y ".repeat(60),
          "<<",
          "=",
          "a=b",
          "a\u0007b",
          "a\u202eb",
          "y",
          "NO",
          "on",
          "${{ secrets.a.b }}",
          "007",
          "1_000",
          "12:30:45",
          "+1",
          "0o17",
          "a\n#b",
          "a\n- b",
          "a\n---\nb",
          "C:\\x",
          "a b ",
          "é\nè\n");

  private final Random random;

  RandomSpecs(long seed) {
    random = new Random(seed);
  }

  private boolean maybe() {
    return random.nextInt(2) == 0;
  }

  @SafeVarargs
  private final <T> T one(T... values) {
    return values[random.nextInt(values.length)];
  }

  private String text() {
    return HOSTILE.get(random.nextInt(HOSTILE.size()));
  }

  /** A text that says something. */
  private String filled() {
    String text = text();
    return text.isBlank() ? "word" : text;
  }

  private String id() {
    return one("a", "b-1", "no", "1.10", "007", "null", "true", "A_b.c", "x".repeat(128), "1e3");
  }

  private String url() {
    return one("https://a.example/b", "https://git.example:8443/x.git?y=1#z");
  }

  private @Nullable Object scalar() {
    return one(
        text(),
        text(),
        1L,
        -7L,
        2.5,
        1e-7,
        1e300,
        true,
        false,
        (Object) null,
        new java.math.BigInteger("123456789012345678901234567890"),
        Double.NaN,
        Double.NEGATIVE_INFINITY);
  }

  private @Nullable Object free(int depth) {
    return switch (depth > 3 ? 0 : random.nextInt(4)) {
      case 1 -> map(depth + 1);
      case 2 -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
          list.add(free(depth + 1));
        }
        yield list;
      }
      default -> scalar();
    };
  }

  private Map<String, @Nullable Object> map(int depth) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      map.put(text(), free(depth));
    }
    return map;
  }

  private Map<String, @Nullable Object> single() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      map.put(text(), scalar());
    }
    return map;
  }

  private List<String> texts() {
    return random.ints(random.nextInt(3), 0, HOSTILE.size()).mapToObj(HOSTILE::get).toList();
  }

  /** Of fields that are there now and then; a null value is one too. */
  private Map<String, @Nullable Object> fields(Object... keysAndValues) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      String key = (String) keysAndValues[i];
      boolean required = key.startsWith("+");
      if (required || maybe()) {
        fields.put(required ? key.substring(1) : key, keysAndValues[i + 1]);
      }
    }
    if (random.nextInt(4) == 0) {
      fields.put(one("unread", "un.read", "un read", "1", "x[0]"), free(0));
    }
    return fields;
  }

  // ---- dialects

  Map<String, @Nullable Object> dyff() {
    boolean lfs = maybe();
    Map<String, @Nullable Object> model =
        fields(
            "+name",
            one("a b", "lab/x", "Modèle 日本語", "007", "no"),
            "+framework",
            "transformers",
            "+services",
            List.of("fill-mask", one("other", "no")),
            "+sourceKind",
            lfs ? "git_lfs" : "upload");
    if (lfs) {
      model.put("source", url());
    }
    if (maybe()) {
      return model;
    }
    return fields(
        "+apiVersion",
        "dyff.io/v1",
        "+kind",
        "Model",
        "metadata",
        fields("name", id(), "namespace", id()),
        "+spec",
        model);
  }

  Map<String, @Nullable Object> mlx() {
    int functions = 1 + random.nextInt(3);
    boolean train = (functions & 1) != 0;
    boolean serve = (functions & 2) != 0;
    String must = train ? "+" : "";
    return fields(
        "+name",
        one("a b", "lab/x", "Modèle 日本語", "007"),
        "model_identifier",
        id(),
        "description",
        text(),
        "license",
        text(),
        "domain",
        text(),
        "website",
        text(),
        "readme_url",
        text(),
        must + "author",
        fields(must + "name", filled(), must + "email", filled()),
        "+framework",
        fields(
            "+name",
            filled(),
            "version",
            text(),
            must + "runtimes",
            fields(must + "name", filled(), must + "version", filled())),
        "labels",
        maybe() ? map(0) : List.of(map(0), map(0)),
        "filter_categories",
        new LinkedHashMap<>(Map.of("domain", text(), text(), texts())),
        "data",
        fields("source_id", text(), "domain", text(), "website", text(), "license", text()),
        "process",
        List.of(fields("+name", filled(), "params", single())),
        "+data_stores",
        List.of(store("s1"), store("s2")),
        "container_stores",
        List.of(
            fields(
                "+name",
                id(),
                "type",
                text(),
                "+connection",
                Map.of("container_registry", text()))),
        (train ? "+" : "") + "train",
        train(train),
        (serve ? "+" : "") + "serve",
        serve(serve));
  }

  private Map<String, @Nullable Object> store(String name) {
    return fields(
        "+name",
        name,
        "type",
        text(),
        "+connection",
        fields("+endpoint", url(), "secret_access_key", "hunter2"));
  }

  private Map<String, @Nullable Object> place(String url) {
    return fields(
        "+data_store",
        one("s1", "s2"),
        "+bucket",
        filled(),
        "path",
        one("/a/b/", "", "no", "a b/日本"),
        url,
        url());
  }

  private Map<String, @Nullable Object> train(boolean on) {
    Map<String, @Nullable Object> train =
        fields(
            "+model_source",
            fields("+initial_model", place("url"), "initial_model_local", fields("path", text())),
            "+model_training_results",
            Map.of("trained_model", place("url")),
            "+data_source",
            Map.of("training_data", place("training_data_url")),
            "+mount_type",
            filled(),
            "+execution",
            fields(
                "+command",
                filled(),
                "compute_configuration",
                Map.of("name", filled(), "nodes", 1 + random.nextInt(9))),
            "tested_platforms",
            texts(),
            "evaluation_metrics",
            Map.of("type", filled(), "in", filled()),
            "training_container_image",
            fields("container_image_url", text()),
            "training_params",
            List.of(map(0), map(0)),
            "credentials_required",
            maybe());
    train.put("trainable", on);
    return train;
  }

  private Map<String, @Nullable Object> serve(boolean on) {
    boolean stored = maybe();
    Map<String, @Nullable Object> place =
        fields(
            "+data_store",
            "s1",
            "+bucket",
            filled(),
            "+path",
            text().replace("..", "x").replace("\\", "x").replace("C:", "x"));
    Map<String, @Nullable Object> serve =
        fields(
            "+model_source",
            Map.of("servable_model", stored ? place : Map.of("url", url())),
            "serving_container_image",
            fields("+container_image_url", filled(), "container_port", one((Object) 80, "8080")),
            "tested_platforms",
            texts(),
            "credentials_required",
            maybe());
    serve.put("servable", on);
    return serve;
  }

  Map<String, @Nullable Object> substratus() {
    String kind =
        one("Model", "Model", "Model", "Dataset", "Server", "ModelServer", "Notebook", "ModelJob");
    return fields(
        "+apiVersion",
        "substratus.ai/v1",
        "+kind",
        kind,
        "+metadata",
        fields("+name", "self", "namespace", id(), "labels", Map.of("a", "b")),
        "+spec",
        switch (kind) {
          case "Server", "ModelServer" -> server();
          case "ModelJob" -> job();
          case "Notebook" -> notebook();
          default -> model();
        });
  }

  private Map<String, @Nullable Object> common(Object... keysAndValues) {
    Map<String, @Nullable Object> all = fields(keysAndValues);
    Map<String, String> env = new LinkedHashMap<>();
    env.put("A", text());
    env.put(text(), text());
    all.putAll(
        fields("params", single(), "env", env, "command", texts(), "resources", resources()));
    return all;
  }

  private Map<String, @Nullable Object> resources() {
    return fields(
        "cpu",
        1 + random.nextInt(9),
        "memory",
        4,
        "disk",
        5,
        "gpu",
        fields("type", text(), "count", random.nextInt(3)));
  }

  private Map<String, @Nullable Object> reference() {
    return fields("+name", id(), "namespace", id(), "cluster", text());
  }

  private Map<String, @Nullable Object> git() {
    return fields(
        "+url",
        url(),
        "path",
        one("/a/b", "c", "", "no"),
        one("branch", "tag"),
        one("main", "1.10", "no"));
  }

  private Map<String, @Nullable Object> build() {
    return maybe()
        ? fields("+git", git())
        : Map.of("upload", Map.of("md5Checksum", "0".repeat(32)));
  }

  private Object[] source() {
    return switch (random.nextInt(5)) {
      case 0 -> new Object[] {"+source", fields("+image", filled())};
      case 1 -> new Object[] {"+source", fields("+git", git(), "image", filled())};
      case 2 ->
          new Object[] {
            "+source", maybe() ? Map.of("model", reference()) : Map.of("modelName", id())
          };
      case 3 -> new Object[] {"+source", Map.of()};
      default -> new Object[0];
    };
  }

  private Map<String, @Nullable Object> model() {
    if (maybe()) {
      Map<String, @Nullable Object> all = common(source());
      all.putAll(
          fields(
              "training",
              fields(
                  "mode",
                  one("Finetune", "Scratch"),
                  "dataset",
                  reference(),
                  "datasetName",
                  id(),
                  "params",
                  single(),
                  "resources",
                  resources())));
      return all;
    }
    return switch (random.nextInt(4)) {
      case 0 -> common("+image", filled(), "model", reference(), "dataset", reference());
      case 1 -> common("+build", build(), "dataset", reference());
      case 2 -> common("+image", filled(), "modelName", id(), "+dataset", reference());
      default -> common("image", filled(), "size", "1", "filename", text());
    };
  }

  private Map<String, @Nullable Object> server() {
    return common(maybe() ? "+image" : "+build", "x", "+model", reference()).entrySet().stream()
        .collect(
            LinkedHashMap::new,
            (m, e) -> m.put(e.getKey(), e.getKey().equals("build") ? build() : e.getValue()),
            Map::putAll);
  }

  private Map<String, @Nullable Object> job() {
    return common(
        "+image",
        filled(),
        "+sourceModel",
        one("s", "1.10"),
        "+destinationModel",
        one("d", "null"),
        "dataset",
        id(),
        "suspend",
        maybe());
  }

  private Map<String, @Nullable Object> notebook() {
    Map<String, @Nullable Object> all = common(source());
    all.putAll(
        fields(
            "image",
            filled(),
            "sourceModel",
            one("s", "1.10"),
            "destinationModel",
            "d",
            "model",
            reference(),
            "dataset",
            reference(),
            "suspend",
            maybe()));
    return all;
  }
}
