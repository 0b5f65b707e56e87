package dev.tenon.catalog.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnknownNameException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistrationsTest {
  private static final Registration FINDER =
      Registration.of(
          "Model", "default", "finder", "finder.yaml", "name: Modèle 日本語\n", Optional.empty());

  @TempDir private Path home;
  private ModelStore store;

  @BeforeEach
  void open() {
    store = ModelStore.open(home);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aDescriptionIsFoundAgainAsItWas() {
    store.registrations().put(FINDER);
    store.close();
    store = ModelStore.open(home);

    assertThat(store.registrations().find("Model", "default", "finder")).contains(FINDER);
    assertThat(store.registrations().find("Dataset", "default", "finder")).isEmpty();
    assertThat(store.registrations().list()).containsExactly(FINDER);
  }

  @Test
  void theErrorIsKeptApartFromTheLastGoodState() {
    Registrations registrations = store.registrations();
    registrations.put(FINDER);

    registrations.status(
        "Model", "default", "finder", RegistrationState.FETCHED, Optional.of("no space"));

    Registration found = registrations.find("Model", "default", "finder").orElseThrow();
    assertThat(found.state()).isEqualTo(RegistrationState.FETCHED);
    assertThat(found.error()).contains("no space");
    assertThat(found.text()).isEqualTo(FINDER.text());
  }

  @Test
  void puttingAgainReplaces() {
    Registrations registrations = store.registrations();
    registrations.put(FINDER);
    Registration other =
        Registration.of("Model", "default", "finder", "b.yaml", "name: b\n", Optional.of("b"));

    registrations.put(other);

    assertThat(registrations.list()).containsExactly(other);
  }

  @Test
  void whatIsNotRegisteredHasNoStatusAndIsNotRemoved() {
    Registrations registrations = store.registrations();
    registrations.put(FINDER);
    registrations.remove("Model", "default", "finder");

    assertThatThrownBy(() -> registrations.remove("Model", "default", "finder"))
        .isInstanceOf(UnknownNameException.class);
    assertThatThrownBy(
            () ->
                registrations.status(
                    "Model", "default", "finder", RegistrationState.READY, Optional.empty()))
        .isInstanceOf(UnknownNameException.class);
  }

  @Test
  void namesAreIdentifiers() {
    assertThatThrownBy(() -> Registration.of("Model", "..", "a/b", "f", "t", Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("namespace: ..")
        .hasMessageContaining("name: a/b");
  }
}
