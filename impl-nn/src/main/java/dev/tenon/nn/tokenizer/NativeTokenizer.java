package dev.tenon.nn.tokenizer;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.tenon.error.CheckpointException;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Tokenizer.Encoding;
import dev.tenon.model.Tokenizer.Span;
import dev.tenon.nn.internal.DjlSettings;
import dev.tenon.nn.internal.NativeFailure;
import dev.tenon.tensor.TokenIds;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer in HuggingFace's Rust library. It is never changed after construction, which makes
 * it safe for threads; its memory goes when the last reference to this object does.
 */
final class NativeTokenizer {
  private static final Cleaner CLEANER = Cleaner.create();

  /** Native tokenizers that are not freed yet, for the test that they are. */
  static final AtomicInteger LIVE = new AtomicInteger();

  private final long handle;

  /**
   * Builds the native tokenizer.
   *
   * @param json the text of tokenizer.json; its own truncation and padding are switched off
   * @param file its name, for messages
   * @throws CheckpointException with the library's message if it refuses the text
   */
  NativeTokenizer(String file, String json) {
    load();
    try {
      handle = TokenizersLibrary.LIB.createTokenizerFromString(json);
    } catch (RuntimeException e) {
      throw new CheckpointException(
          Problems.problem(file, e.getMessage(), "a file that the tokenizers library reads"), e);
    }
    LIVE.incrementAndGet();
    CLEANER.register(this, new Release(handle));
    TokenizersLibrary.LIB.disableTruncation(handle);
    TokenizersLibrary.LIB.disablePadding(handle);
  }

  Encoding encode(String text, boolean addSpecialTokens) {
    String clean = wellFormed(text);
    return encoded(
        text,
        () -> TokenizersLibrary.LIB.encode(handle, clean, addSpecialTokens),
        NativeTokenizer::read);
  }

  /** With special tokens. All else of an encoding takes twice as long to fetch as to compute. */
  TokenIds encodeIds(String text) {
    String clean = wellFormed(text);
    return encoded(
        text,
        () -> TokenizersLibrary.LIB.encode(handle, clean, true),
        encoding -> TokenIds.of(TokenizersLibrary.LIB.getTokenIds(encoding)));
  }

  Encoding encodePair(String first, String second, boolean addSpecialTokens) {
    String a = wellFormed(first);
    String b = wellFormed(second);
    return encoded(
        first,
        () -> TokenizersLibrary.LIB.encodeDual(handle, a, b, addSpecialTokens),
        NativeTokenizer::read);
  }

  String decode(TokenIds ids, boolean skipSpecialTokens) {
    try {
      return TokenizersLibrary.LIB.decode(handle, ids.toArray(), skipSpecialTokens);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private <T> T encoded(String text, LongSupplier encode, LongFunction<T> read) {
    long encoding;
    try {
      encoding = encode.getAsLong();
    } catch (RuntimeException e) {
      throw new InvalidInputException(
          Problems.problem(
              "text", "\"" + text + "\"", "text that the tokenizer can encode: " + e.getMessage()),
          e);
    } finally {
      Reference.reachabilityFence(this);
    }
    try {
      return read.apply(encoding);
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  private static Encoding read(long encoding) {
    TokenizersLibrary library = TokenizersLibrary.LIB;
    return new Encoding(
        TokenIds.of(library.getTokenIds(encoding)),
        List.of(library.getTokens(encoding)),
        Arrays.stream(library.getTypeIds(encoding)).mapToObj(x -> (int) x).toList(),
        flags(library.getSpecialTokenMask(encoding)),
        flags(library.getAttentionMask(encoding)),
        spans(library.getTokenCharSpans(encoding)));
  }

  private static List<Boolean> flags(long[] values) {
    return Arrays.stream(values).mapToObj(x -> x != 0).toList();
  }

  /**
   * The library counts code points. A token of the template comes from no text: it has the empty
   * span.
   */
  private static List<Span> spans(@Nullable CharSpan[] found) {
    List<Span> spans = new ArrayList<>(found.length);
    for (CharSpan each : found) {
      spans.add(each == null ? new Span(0, 0) : new Span(each.getStart(), each.getEnd()));
    }
    return spans;
  }

  /**
   * Lone surrogates, which UTF-8 cannot hold, become U+FFFD; otherwise the library would spoil the
   * whole text.
   */
  private static String wellFormed(String text) {
    StringBuilder clean = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        clean = clean == null ? new StringBuilder(text) : clean;
        clean.setCharAt(i, '\uFFFD');
      }
    }
    return clean == null ? text : clean.toString();
  }

  private record Release(long handle) implements Runnable {
    @Override
    public void run() {
      TokenizersLibrary.LIB.deleteTokenizer(handle);
      LIVE.decrementAndGet();
    }
  }

  /**
   * Loads the library, with our settings.
   *
   * @throws UnsupportedFeatureException on a platform that it is not built for
   */
  static void load() {
    DjlSettings.apply();
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // DJL looks for its libraries through the context class loader, which in a host may not know
    // them.
    thread.setContextClassLoader(NativeTokenizer.class.getClassLoader());
    try {
      LibUtils.checkStatus();
    } catch (EngineException | LinkageError e) {
      String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
      throw NativeFailure.of(
          "tokenizers library", e, "a platform that it is built for, not " + platform);
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
