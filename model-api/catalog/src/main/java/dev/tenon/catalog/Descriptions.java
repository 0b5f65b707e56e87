package dev.tenon.catalog;

import dev.tenon.catalog.spec.ModelSpec;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.spec.SpecReader;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.ObjectName;
import dev.tenon.catalog.store.Registration;
import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Nearest;
import dev.tenon.internal.Problems;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The descriptions of a store, read with the frameworks of the application. Safe for threads.
 *
 * @param store where they are kept
 * @param reader how they are read
 */
record Descriptions(ModelStore store, SpecReader reader) {
  /** All of them, by kind and name. */
  List<Description> all() {
    return store.registrations().list().stream().map(this::read).toList();
  }

  private Description read(Registration registration) {
    byte[] bytes = registration.text().getBytes(StandardCharsets.UTF_8);
    SpecReader named = registration.givenName().map(reader::named).orElse(reader);
    ModelSpec spec = named.read(registration.file(), bytes);
    return new Description(spec, registration);
  }

  /**
   * A description by its name, {@code heron} or {@code shared/heron}.
   *
   * @throws UnknownNameException listing the names of this kind
   */
  Description get(SpecKind kind, String name) {
    return find(kind, name)
        .orElseThrow(
            () -> {
              List<String> known =
                  all().stream()
                      .filter(x -> x.spec().kind() == kind)
                      .map(Description::name)
                      .toList();
              String hint =
                  Nearest.to(name, known).map(x -> "; did you mean " + x + "?").orElse("");
              return new UnknownNameException(
                  Problems.problem(kind.label(), name, "one of " + known + hint));
            });
  }

  /** A description by its name, if there is one. */
  Optional<Description> find(SpecKind kind, String name) {
    int slash = name.indexOf('/');
    String namespace = slash < 0 ? ObjectName.DEFAULT_NAMESPACE : name.substring(0, slash);
    return store
        .registrations()
        .find(kind.label(), namespace, name.substring(slash + 1))
        .map(this::read);
  }
}
