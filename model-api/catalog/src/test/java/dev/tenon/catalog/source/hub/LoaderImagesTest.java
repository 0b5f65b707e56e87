package dev.tenon.catalog.source.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoaderImagesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "substratusai/hf-model-loader",
        "substratusai/model-loader-huggingface:latest",
        "docker.io/substratusai/hf-model-loader:v1",
        "index.docker.io/substratusai/hf-model-loader@sha256:0123"
      })
  void knownImagesAreTheHub(String image) {
    assertThat(LoaderImages.KNOWN.kind(image)).hasValue(LoaderImages.HUB);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hf-model-loader", "ghcr.io/substratusai/hf-model-loader"})
  void othersAreNot(String image) {
    assertThat(LoaderImages.KNOWN.kind(image)).isEmpty();
  }

  @Test
  void usersAddMore() {
    LoaderImages more = LoaderImages.KNOWN.with("registry.example:5000/load:2", "hub");

    assertThat(more.kind("registry.example:5000/load@sha256:ab")).hasValue("hub");
    assertThatThrownBy(() -> more.with(" ", "hub")).isInstanceOf(InvalidInputException.class);
  }
}
