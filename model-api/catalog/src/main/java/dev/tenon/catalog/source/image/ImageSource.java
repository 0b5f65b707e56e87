package dev.tenon.catalog.source.image;

import dev.tenon.catalog.internal.fetch.Filling;
import dev.tenon.catalog.internal.fetch.Staging;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.catalog.source.ModelSource;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A container image that would bring the files. Its fetch writes a build context: a {@code
 * Dockerfile} that starts from the image, {@code params.json} where such images look for it, {@code
 * /content/params.json}, and a {@code README.md} that tells how to run it. Nothing is pulled or
 * run.
 *
 * @param reference of the image, with any tag or digest
 * @param params for it
 */
public record ImageSource(String reference, Map<String, @Nullable Object> params)
    implements ModelSource {
  /** The origin's kind; a version of it is no model yet. */
  public static final String KIND = "build-context";

  private static final Pattern REFERENCE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,511}");

  /**
   * Copies and checks.
   *
   * @throws InvalidInputException if the reference is none
   */
  public ImageSource {
    params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
    if (!REFERENCE.matcher(reference).matches()) {
      throw new InvalidInputException(
          Problems.problem("image", reference, "a reference such as registry.example/loader:1"));
    }
  }

  @Override
  public Fetched fetch(Path destination, FetchListener listener) {
    Map<String, String> asked = new TreeMap<>();
    asked.put("kind", KIND);
    asked.put("image", reference);
    asked.put("params", Json.compact(params));
    return Staging.into(destination, asked, filling -> fill(filling, asked));
  }

  private Map<String, String> fill(Filling filling, Map<String, String> asked) throws IOException {
    Path directory = filling.directory();
    Files.writeString(
        directory.resolve("Dockerfile"),
        "FROM " + reference + "\nCOPY params.json /content/params.json\n");
    Files.write(directory.resolve("params.json"), Json.prettyBytes(params));
    Files.writeString(
        directory.resolve("README.md"),
        """
        The files of this model come out of a container image, which Tenon does not run.

            docker build -t loader .
            docker run --rm -v "$PWD/model:/model/trained" loader

        Then `tenon upload NAME model`.
        """);
    return asked;
  }
}
