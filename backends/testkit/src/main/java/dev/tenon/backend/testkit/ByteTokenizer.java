package dev.tenon.backend.testkit;

import dev.tenon.model.Tokenizer;
import dev.tenon.tensor.TokenIds;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * One id per byte, then bos and eos. Decodes like byte-level BPE: malformed parts become U+FFFD.
 * Immutable and safe for threads.
 */
public final class ByteTokenizer implements Tokenizer {
  /** The id of bos. */
  public static final long BOS = 256;

  /** The id of eos. */
  public static final long EOS = 257;

  @Override
  public Encoding encode(String text, boolean addSpecialTokens) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    LongStream ids = IntStream.range(0, bytes.length).mapToLong(i -> bytes[i] & 0xFF);
    LongStream all = addSpecialTokens ? LongStream.concat(LongStream.of(BOS), ids) : ids;
    return encoding(TokenIds.of(all.toArray()));
  }

  static Encoding encoding(TokenIds ids) {
    int n = ids.size();
    return new Encoding(
        ids,
        Collections.nCopies(n, "?"),
        Collections.nCopies(n, 0),
        Collections.nCopies(n, false),
        Collections.nCopies(n, true),
        Collections.nCopies(n, new Span(0, 0)));
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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ids.stream().filter(x -> x < 256).forEach(x -> bytes.write((int) x));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public OptionalLong tokenToId(String token) {
    return OptionalLong.empty();
  }

  @Override
  public Optional<String> idToToken(long id) {
    return Optional.of("byte " + id);
  }

  @Override
  public int vocabSize() {
    return 258;
  }

  @Override
  public OptionalLong bosTokenId() {
    return OptionalLong.of(BOS);
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
