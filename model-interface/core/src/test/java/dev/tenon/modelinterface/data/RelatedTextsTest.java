package dev.tenon.modelinterface.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.backend.testkit.ByteTokenizer;
import dev.tenon.error.InvalidInputException;
import dev.tenon.model.ModelVersion;
import dev.tenon.tensor.FieldKind;
import dev.tenon.tensor.NamedArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelatedTextsTest {
  private static final TextEncoder ENCODER =
      new TextEncoder(new ByteTokenizer(), 40, false, false, "");

  @TempDir Path directory;

  @Test
  void aTextIsASequenceAndTheScoreBelongsToTheItem() throws IOException {
    Path file = directory.resolve("pairs.csv");
    Files.writeString(file, "score,one,two\n0.5,a,bcd\n1,ef,g\n");
    TextColumns columns = TextColumns.of("one", "two").labelled("score");
    Dataset data = RelatedTexts.read(file, columns, ENCODER);
    NamedArray batch = data.batches(BatchSize.items(2)).iterator().next();
    assertThat(batch.items().ids()).containsExactly("2", "3");
    assertThat(batch.items().sequencesPerItem()).containsExactly(2, 2);
    assertThat(batch.items().lengths()).containsExactly(2, 4, 3, 2);
    assertThat(batch.kind("class_labels")).isEqualTo(FieldKind.ITEM);
    assertThat(batch.get("class_labels").toFloats()).containsExactly(0.5f, 1);
  }

  @Test
  void anAnchorMayHaveNegatives() {
    Dataset data = RelatedTexts.of(List.of(RelatedTexts.of("a", "b", "c", "d")), ENCODER);
    assertThat(data.item(0).names()).containsExactly("input_ids");
    assertThat(data.item(0).items().sequences()).isEqualTo(4);
    assertThat(data.tokens(0)).isEqualTo(8);
  }

  @Test
  void batchesFollowTheSeedAndGoOnWhereARunStopped() {
    List<RelatedTexts> texts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      texts.add(RelatedTexts.scored("t" + i, "u".repeat(1 + i), i));
    }
    Batches batches = RelatedTexts.of(texts, ENCODER).batches(BatchSize.tokens(50), 3).epochs(2);
    List<NamedArray> all = new ArrayList<>();
    batches.forEach(all::add);
    assertThat(all).hasSize((int) batches.size());
    BatchCursor cursor = batches.from(ModelVersion.start());
    NamedArray first = cursor.next();
    assertThat(first).isEqualTo(all.get(0));
    assertThat(batches.from(cursor.version()).next()).isEqualTo(all.get(1));
  }

  @Test
  void tellsWhereAScoreIsNone() throws IOException {
    Path file = directory.resolve("pairs.csv");
    Files.writeString(file, "one,two,score\na,b,high\n");
    TextColumns columns = TextColumns.of("one", "two").labelled("score");
    assertThatThrownBy(() -> RelatedTexts.read(file, columns, ENCODER))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(file + ":2: column 3, score: \"high\" (expected: a finite number)");
    assertThatThrownBy(() -> RelatedTexts.of("alone")).hasMessageContaining("two or more");
  }
}
