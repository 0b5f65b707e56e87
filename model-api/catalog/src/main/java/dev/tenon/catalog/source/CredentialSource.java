package dev.tenon.catalog.source;

import java.util.Locale;
import java.util.Optional;

/**
 * Where secrets are asked for; they are never read from a description. Implementations are safe for
 * threads and never log a value.
 */
@FunctionalInterface
public interface CredentialSource {
  /** Knows nothing. */
  CredentialSource NONE = name -> Optional.empty();

  /**
   * A secret.
   *
   * @param name as a description refers to it, {@code hub.token}, or as its protocol calls it,
   *     {@code HF_TOKEN}
   */
  Optional<String> find(String name);

  /** This one, then another. */
  default CredentialSource or(CredentialSource next) {
    return name -> find(name).or(() -> next.find(name));
  }

  /**
   * The environment: {@code hub.token} is its variable {@code HUB_TOKEN}, upper case with {@code _}
   * for all but letters and digits, but {@code __} for a hyphen: two hosts never share a variable.
   * A blank one counts as absent.
   */
  static CredentialSource environment() {
    return name -> {
      String variable =
          name.toUpperCase(Locale.ROOT).replace("-", "__").replaceAll("[^A-Z0-9]", "_");
      return Optional.ofNullable(System.getenv(variable)).filter(x -> !x.isBlank());
    };
  }
}
