package dev.tenon.samples.custommodel;

import dev.tenon.model.Tokenizer;
import dev.tenon.tensor.TokenIds;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** A token is a byte of UTF-8; there are no special tokens. */
final class ByteTokenizer implements Tokenizer {
  static final int VOCABULARY = 256;

  @Override
  public Encoding encode(String text, boolean addSpecialTokens) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long[] ids = IntStream.range(0, bytes.length).mapToLong(i -> bytes[i] & 0xFF).toArray();
    int n = ids.length;
    return new Encoding(
        TokenIds.of(ids),
        IntStream.range(0, n).mapToObj(i -> String.valueOf(ids[i])).toList(),
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
    return texts.stream().map(text -> encode(text, false)).toList();
  }

  @Override
  public String decode(TokenIds ids, boolean skipSpecialTokens) {
    byte[] bytes = new byte[ids.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) ids.get(i);
    }
    return new String(bytes, StandardCharsets.UTF_8);
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
    return VOCABULARY;
  }

  @Override
  public OptionalLong bosTokenId() {
    return OptionalLong.empty();
  }

  @Override
  public TokenIds eosTokenIds() {
    return TokenIds.of();
  }

  @Override
  public OptionalLong padTokenId() {
    return OptionalLong.empty();
  }
}
