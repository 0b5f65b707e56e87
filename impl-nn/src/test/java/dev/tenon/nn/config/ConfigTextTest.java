package dev.tenon.nn.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ConfigTextTest {
  private static final Set<String> DTYPE = Set.of("dtype", "torch_dtype");

  @Test
  void changesTheValueAndNothingElse() {
    assertThat(replace("{\n \"a\" : 1e-05,\n \"torch_dtype\" : \"bfloat16\" ,\"z\":[1, 2]}\n"))
        .isEqualTo("{\n \"a\" : 1e-05,\n \"torch_dtype\" : \"float32\" ,\"z\":[1, 2]}\n");
    assertThat(replace("{\"dtype\":null}")).isEqualTo("{\"dtype\":\"float32\"}");
  }

  @Test
  void leavesDeeperKeysStringsAndOtherTypesAlone() {
    for (String same :
        new String[] {
          "{\"text\": {\"dtype\": \"bfloat16\"}, \"list\": [\"dtype\", \"x\"]}",
          "{\"note\": \"dtype\", \"b\\\"dtype\": \"x\"}",
          "{\"dtype\": 3}",
          "{}"
        }) {
      assertThat(replace(same)).isEqualTo(same);
    }
  }

  private static String replace(String json) {
    return ConfigText.replace(json, DTYPE, "float32");
  }
}
