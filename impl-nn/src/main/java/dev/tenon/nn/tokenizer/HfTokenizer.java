package dev.tenon.nn.tokenizer;

import dev.tenon.chat.ChatTemplate;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Tokenizer;
import dev.tenon.nn.config.ConfigFile;
import dev.tenon.tensor.TokenIds;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The tokenizer of a HuggingFace directory, run by HuggingFace's tokenizers library. Ids and text
 * are those of tokenizer.json itself, without transformers' {@code clean_up_tokenization_spaces};
 * truncation and padding that the file may ask for do not apply. Safe for threads; its native
 * memory goes with the last reference.
 */
public final class HfTokenizer implements Tokenizer {
  private final NativeTokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final SpecialTokens specials;
  private final Optional<ChatTemplate> chatTemplate;

  private HfTokenizer(
      NativeTokenizer tokenizer,
      Vocabulary vocabulary,
      SpecialTokens specials,
      Optional<ChatTemplate> chatTemplate) {
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
    this.specials = specials;
    this.chatTemplate = chatTemplate;
  }

  /**
   * Opens a directory with tokenizer.json and, for the roles of tokens, generation_config.json,
   * config.json, tokenizer_config.json and special_tokens_map.json where they exist. Chat templates
   * are those of chat_template.jinja, additional_chat_templates or tokenizer_config.json.
   *
   * @throws dev.tenon.error.CheckpointException naming the file that is missing or wrong
   */
  public static HfTokenizer open(Path directory) {
    ConfigFile json = ConfigFile.read(directory.resolve("tokenizer.json"));
    Vocabulary vocabulary = new Vocabulary(json);
    SpecialTokens specials = SpecialTokens.read(directory, vocabulary);
    NativeTokenizer tokenizer = new NativeTokenizer(json.file(), json.text());
    return new HfTokenizer(tokenizer, vocabulary, specials, ChatTemplateFiles.read(directory));
  }

  /**
   * Loads HuggingFace's native library, which the first tokenizer does otherwise.
   *
   * @throws dev.tenon.error.UnsupportedFeatureException saying why it cannot be loaded
   */
  public static void loadLibrary() {
    NativeTokenizer.load();
  }

  @Override
  public Encoding encode(String text, boolean addSpecialTokens) {
    return tokenizer.encode(text, addSpecialTokens);
  }

  @Override
  public Encoding encodePair(String first, String second, boolean addSpecialTokens) {
    return tokenizer.encodePair(first, second, addSpecialTokens);
  }

  @Override
  public Encoding encodePair(String first, String second, int maxLength) {
    Encoding row = encodePair(first, second, true);
    return row.ids().size() <= maxLength
        ? row
        : Rows.cutPair(row, encode(first, false).ids().size(), maxLength, specials.cutsFromStart());
  }

  /**
   * {@inheritDoc}
   *
   * <p>Texts are encoded side by side, on the threads of the common pool. Rows are filled to the
   * longest of the batch; without a pad token, with the first token that ends a sequence.
   *
   * @throws InvalidInputException if {@code maxLength} has no room for the template's tokens, or
   *     there is nothing to pad with
   */
  @Override
  public List<Encoding> encodeBatch(List<String> texts, Padding padding, int maxLength) {
    List<Encoding> rows =
        texts.parallelStream()
            .map(x -> Rows.cut(encode(x, true), maxLength, specials.cutsFromStart()))
            .toList();
    if (padding == Padding.NONE) {
      return rows;
    }
    int longest = rows.stream().mapToInt(x -> x.ids().size()).max().orElse(0);
    long pad = fillingId();
    String token = idToToken(pad).orElse("");
    return rows.stream().map(x -> Rows.fill(x, longest, padding, pad, token)).toList();
  }

  /** {@inheritDoc} */
  @Override
  public List<TokenIds> encodeIds(List<String> texts, int maxLength) {
    return texts.parallelStream().map(x -> encodeIds(x, maxLength)).toList();
  }

  private TokenIds encodeIds(String text, int maxLength) {
    TokenIds ids = tokenizer.encodeIds(text);
    return ids.size() <= maxLength
        ? ids
        : Rows.cut(encode(text, true), maxLength, specials.cutsFromStart()).ids();
  }

  private long fillingId() {
    return padTokenId().isPresent()
        ? padTokenId().getAsLong()
        : specials.eos().stream()
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        Problems.problem(
                            "pad token", "none", "a tokenizer with a pad or an end token")));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Ids beyond the vocabulary, which a model with spare rows may produce, have no text.
   *
   * @throws InvalidInputException for a negative id
   */
  @Override
  public String decode(TokenIds ids, boolean skipSpecialTokens) {
    ids.stream()
        .filter(x -> x < 0 || x > Integer.MAX_VALUE)
        .findFirst()
        .ifPresent(
            x -> {
              throw new InvalidInputException(Problems.problem("token id", x, "from 0 to 2^31-1"));
            });
    return tokenizer.decode(ids, skipSpecialTokens);
  }

  @Override
  public OptionalLong tokenToId(String token) {
    return vocabulary.id(token);
  }

  @Override
  public Optional<String> idToToken(long id) {
    return vocabulary.token(id);
  }

  @Override
  public int vocabSize() {
    return vocabulary.size();
  }

  @Override
  public OptionalLong bosTokenId() {
    return specials.bos();
  }

  @Override
  public TokenIds eosTokenIds() {
    return specials.eos();
  }

  @Override
  public OptionalLong padTokenId() {
    return specials.pad();
  }

  @Override
  public Optional<ChatTemplate> chatTemplate() {
    return chatTemplate;
  }

  /** Size and the tokens with a role. */
  @Override
  public String toString() {
    return "HfTokenizer("
        + vocabSize()
        + " ids, bos "
        + bosTokenId()
        + ", eos "
        + eosTokenIds()
        + ", pad "
        + padTokenId()
        + ")";
  }
}
