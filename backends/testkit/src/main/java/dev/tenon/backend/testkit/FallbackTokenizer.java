package dev.tenon.backend.testkit;

import dev.tenon.model.Tokenizer;
import dev.tenon.tensor.TokenIds;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decodes as Llama-2's tokenizer.json says: Replace ▁, ByteFallback, Fuse, Strip one leading space.
 * Ids 0 to 255 are {@code <0x00>} to {@code <0xFF>}; a run of them that is no UTF-8 as a whole
 * becomes one U+FFFD each (tokenizers, decoders/byte_fallback.rs). Then come {@link #PIECES} and
 * eos. Immutable and safe for threads.
 */
public final class FallbackTokenizer implements Tokenizer {
  /** The tokens after the bytes. */
  public static final List<String> PIECES =
      List.of("▁", "▁a", "b", "stop", "▁END", "é", "😀", "▁▁");

  /** The id of eos. */
  public static final long EOS = 256L + PIECES.size();

  @Override
  public Encoding encode(String text, boolean addSpecialTokens) {
    return ByteTokenizer.encoding(new ByteTokenizer().encode(text, false).ids());
  }

  @Override
  public Encoding encodePair(String first, String second, boolean addSpecialTokens) {
    return encode(first + second, addSpecialTokens);
  }

  @Override
  public List<Encoding> encodeBatch(List<String> texts, Padding padding, int maxLength) {
    return texts.stream().map(x -> encode(x, true)).toList();
  }

  @Override
  public String decode(TokenIds ids, boolean skipSpecialTokens) {
    StringBuilder text = new StringBuilder();
    ByteArrayOutputStream run = new ByteArrayOutputStream();
    for (long id : ids.toArray()) {
      if (id < 256) {
        run.write((int) id);
      } else if (id < EOS) {
        text.append(flush(run)).append(PIECES.get((int) id - 256).replace('▁', ' '));
      }
    }
    text.append(flush(run));
    return text.length() > 0 && text.charAt(0) == ' ' ? text.substring(1) : text.toString();
  }

  private static String flush(ByteArrayOutputStream run) {
    int bytes = run.size();
    CharBuffer text = CharBuffer.allocate(bytes);
    ByteBuffer utf8 = ByteBuffer.wrap(run.toByteArray());
    run.reset();
    boolean valid = !StandardCharsets.UTF_8.newDecoder().decode(utf8, text, true).isError();
    return valid ? text.flip().toString() : "\uFFFD".repeat(bytes);
  }

  @Override
  public OptionalLong tokenToId(String token) {
    return OptionalLong.empty();
  }

  @Override
  public Optional<String> idToToken(long id) {
    return Optional.of(
        id < 256 ? "<0x%02X>".formatted(id) : id < EOS ? PIECES.get((int) id - 256) : "</s>");
  }

  @Override
  public int vocabSize() {
    return (int) EOS + 1;
  }

  @Override
  public OptionalLong bosTokenId() {
    return OptionalLong.empty();
  }

  @Override
  public TokenIds eosTokenIds() {
    return TokenIds.of(EOS);
  }

  @Override
  public OptionalLong padTokenId() {
    return OptionalLong.empty();
  }
}
