package dev.tenon.catalog.store;

import dev.tenon.error.UnknownNameException;
import dev.tenon.internal.Problems;
import java.util.Arrays;
import java.util.Locale;

/** The last good state of a description. */
public enum RegistrationState {
  /** It is registered. */
  CREATED,
  /** Its files are in the store. */
  FETCHED,
  /** The run that it describes made a version. */
  TRAINED,
  /** All that it says is done. */
  READY;

  /** In lower case, as it is shown. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static RegistrationState of(String label) {
    return Arrays.stream(values())
        .filter(x -> x.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UnknownNameException(
                    Problems.problem("state", label, "one of created, fetched, trained, ready")));
  }
}
