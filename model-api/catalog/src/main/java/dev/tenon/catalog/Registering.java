package dev.tenon.catalog;

import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.net.WebResponse;
import dev.tenon.catalog.spec.InvalidSpecException;
import dev.tenon.catalog.spec.ModelSpec;
import dev.tenon.catalog.spec.SpecFile;
import dev.tenon.catalog.spec.SpecLookup;
import dev.tenon.catalog.spec.SpecProblem;
import dev.tenon.catalog.spec.SpecReader;
import dev.tenon.catalog.spec.SpecSet;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.Registration;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes descriptions into the catalog. Safe for threads. */
record Registering(Descriptions descriptions, SpecReader reader, Web web) {
  private static final long MOST_BYTES = 4L << 20;
  private static final Duration WITHIN = Duration.ofMinutes(5);

  /** Registers them all, or none; a model stands before all that name it. */
  List<Description> register(List<String> locations, Optional<String> name, boolean replace) {
    List<Description> read = read(locations, name, replace);
    List<Registration> fresh =
        read.stream().map(Description::registration).filter(x -> find(x).isEmpty()).toList();
    descriptions.store().registrations().putAll(fresh);
    return read;
  }

  /** The same without registering them; one that is registered word for word stays as it is. */
  List<Description> read(List<String> locations, Optional<String> name, boolean replace) {
    Optional<String> given = name.filter(x -> !x.isBlank());
    if (given.isPresent() && locations.size() != 1) {
      throw new InvalidInputException(
          Problems.problem("name", given.get(), "one description, not " + locations.size()));
    }
    List<SpecFile> files = files(locations, given.map(reader::named).orElse(reader));
    List<SpecFile> fresh =
        files.stream().filter(x -> find(registration(x, given)).isEmpty()).toList();
    SpecLookup held = new HeldNames(descriptions);
    SpecSet set = replace ? SpecSet.replacing(files, held) : SpecSet.of(fresh, held);
    List<SpecFile> all = new ArrayList<>(files);
    all.removeAll(set.files());
    all.addAll(set.files());
    return all.stream().map(x -> description(x, given)).toList();
  }

  private Description description(SpecFile file, Optional<String> given) {
    Registration registration = registration(file, given);
    return new Description(file.spec(), find(registration).orElse(registration));
  }

  /** The registration that has the same text. */
  private Optional<Registration> find(Registration same) {
    return descriptions
        .store()
        .registrations()
        .find(same.kind(), same.namespace(), same.name())
        .filter(same::hasTextOf);
  }

  private List<SpecFile> files(List<String> locations, SpecReader named) {
    List<SpecFile> files = new ArrayList<>();
    List<SpecProblem> errors = new ArrayList<>();
    List<SpecProblem> warnings = new ArrayList<>();
    for (String location : locations) {
      try {
        files.add(file(location, named));
      } catch (InvalidSpecException e) {
        errors.addAll(e.errors());
        warnings.addAll(e.warnings());
      }
    }
    if (!errors.isEmpty()) {
      throw new InvalidSpecException(errors, warnings);
    }
    return files;
  }

  private SpecFile file(String location, SpecReader named) {
    if (!location.contains("://")) {
      return SpecFile.read(Path.of(location), named);
    }
    String path = location.replaceFirst("[?#].*", "");
    WebRequest request = WebRequest.get(location).limits(MOST_BYTES, WITHIN);
    try (WebResponse response = web.send(request).expect(200)) {
      return SpecFile.of(path, response.body().readAllBytes(), named);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Registration registration(SpecFile file, Optional<String> given) {
    ModelSpec spec = file.spec();
    return Registration.of(
        spec.kind().label(),
        spec.name().namespace().orElse(ObjectName.DEFAULT_NAMESPACE),
        spec.name().identifier(),
        file.name(),
        new String(file.bytes(), StandardCharsets.UTF_8),
        given);
  }
}
