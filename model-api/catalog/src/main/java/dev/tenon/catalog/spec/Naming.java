package dev.tenon.catalog.spec;

import java.util.Optional;

/** How a description, or whoever registers it, names a model. */
final class Naming {
  private final Optional<String> override;

  /** With a name given by hand; an empty one is none. */
  Naming(Optional<String> override) {
    this.override = override.filter(x -> !x.isBlank());
  }

  /** The name given by hand. */
  Optional<String> override() {
    return override;
  }

  /** The name for people: that given by hand, or a required field. */
  Optional<String> displayed(Fields fields, String key, String why) {
    Optional<String> name = override.isPresent() ? override : fields.required(key, why);
    return name.filter(
        text -> {
          Optional<String> fault = SpecNames.faultOfDisplayName(text);
          fault.ifPresent(sentence -> fields.error(SpecCode.NAME, key, sentence));
          return fault.isEmpty();
        });
  }

  /** The identifier that a displayed name gives. */
  Optional<String> derived(Optional<String> displayed, Fields fields, String key, String instead) {
    return displayed
        .map(SpecNames::identifier)
        .filter(
            identifier -> {
              boolean safe = SpecNames.isIdentifier(identifier);
              if (!safe) {
                fields.error(
                    SpecCode.NAME, key, "no identifier can be made of the name; give " + instead);
              }
              return safe;
            });
  }
}
