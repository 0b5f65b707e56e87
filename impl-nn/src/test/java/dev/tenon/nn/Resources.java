package dev.tenon.nn;

import dev.tenon.internal.JsonNumber;
import dev.tenon.nn.config.ConfigFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Where the tests' files are. */
public final class Resources {
  private Resources() {}

  /** Directories of {@code -Dfamilies.dir} or of the test resources that hold the file, by name. */
  public static List<Path> families(String file) {
    String other = System.getProperty("families.dir");
    try (Stream<Path> found = Files.list(other == null ? path("families") : Path.of(other))) {
      return found.filter(x -> Files.exists(x.resolve(file))).sorted().toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The values of a JSON file; numbers are Long or Double. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> json(Path file) {
    return (Map<String, Object>) plain(ConfigFile.read(file).values());
  }

  private static Object plain(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((key, each) -> copy.put((String) key, plain(each)));
      return copy;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Resources::plain).toList();
    }
    return value instanceof JsonNumber number ? plain(number) : value;
  }

  private static Object plain(JsonNumber number) {
    return number.isLong() ? (Object) number.longValue() : (Object) number.doubleValue();
  }

  /** A file or directory of {@code dev/tenon/nn} in the test resources. */
  public static Path path(String name) {
    URL url = Objects.requireNonNull(Resources.class.getResource(name), name);
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
