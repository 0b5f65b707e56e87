package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.checkpoint.Weights;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongFunction;

/**
 * Weights, gradients and moments of a run, F32, in RAM or in files. What is read is a copy for
 * libtorch to work on. One thread at a time.
 */
final class StateStore implements AutoCloseable {
  /** 64 bytes. */
  private static final long ALIGNED_VALUES = 16;

  private final Layout layout;
  private final Map<Vector, Section> sections = new EnumMap<>(Vector.class);

  /** What is stored. */
  enum Vector {
    /** Of every parameter. */
    WEIGHTS,
    /** Of what trains. */
    GRADIENTS,
    /** Of what trains. */
    FIRST_MOMENTS,
    /** Of what trains. */
    SECOND_MOMENTS;

    /** As it stands in the name of a file. */
    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private StateStore(Layout layout) {
    this.layout = layout;
  }

  /** Zeros; files take their space at once. */
  static StateStore create(TorchBridge bridge, Layout layout, OffloadOptions options) {
    StateStore store = new StateStore(layout);
    try {
      for (Vector vector : Vector.values()) {
        long values = vector == Vector.WEIGHTS ? layout.total() : layout.trained();
        long bytes = Math.multiplyExact(values, Float.BYTES);
        store.sections.put(
            vector,
            options
                .directory()
                .<Section>map(x -> FileSection.create(x, vector.label(), bytes))
                .orElseGet(() -> new MemorySection(bridge, bytes)));
      }
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  Layout layout() {
    return layout;
  }

  /**
   * Copies of parameters' values, by name and in that order.
   *
   * @param memory F32 [values] for so many values; the copies lie in it
   */
  Map<String, TorchValue> read(
      Vector vector, List<String> names, LongFunction<TorchValue> memory, NativeScope scope) {
    if (names.isEmpty()) {
      return Map.of();
    }
    long values = names.stream().mapToLong(name -> aligned(layout.slot(name).shape())).sum();
    TorchValue whole = memory.apply(values);
    Map<String, TorchValue> tensors = new LinkedHashMap<>();
    long start = 0;
    for (String name : names) {
      Layout.Slot slot = layout.slot(name);
      TorchValue tensor = whole.region(scope, start, slot.shape());
      read(vector, slot.offset(), tensor);
      tensors.put(name, tensor);
      start += aligned(slot.shape());
    }
    return tensors;
  }

  /** Tensors begin where libtorch's own would, so that its kernels give the same bits. */
  private static long aligned(Shape shape) {
    return (shape.size() + ALIGNED_VALUES - 1) / ALIGNED_VALUES * ALIGNED_VALUES;
  }

  /** Copies values side by side into a tensor. */
  void read(Vector vector, long offset, TorchValue target) {
    each(target, offset, section(vector)::read);
  }

  /** Stores a parameter's values. */
  void write(Vector vector, String name, TorchValue tensor) {
    write(vector, layout.slot(name).offset(), tensor);
  }

  /** Stores values side by side. */
  void write(Vector vector, long offset, TorchValue tensor) {
    each(tensor, offset, section(vector)::write);
  }

  /** A parameter's values, in host memory. */
  TensorData data(Vector vector, String name) {
    Layout.Slot slot = layout.slot(name);
    List<ByteBuffer> segments =
        TensorData.allocate(Math.multiplyExact(slot.shape().size(), Float.BYTES));
    long position = slot.offset() * Float.BYTES;
    for (ByteBuffer segment : segments) {
      ByteBuffer target = segment.duplicate();
      int bytes = target.remaining();
      section(vector).read(target, position);
      position += bytes;
    }
    return TensorData.wrap(DType.F32, slot.shape(), segments);
  }

  private Section section(Vector vector) {
    return Objects.requireNonNull(sections.get(vector));
  }

  private static void each(TorchValue tensor, long offset, Transfer transfer) {
    long[] position = {Math.multiplyExact(offset, Float.BYTES)};
    try {
      tensor.visit(
          window -> {
            int bytes = window.remaining();
            transfer.move(window, position[0]);
            position[0] += bytes;
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Transfer {
    void move(ByteBuffer buffer, long position);
  }

  /** A vector by the names of parameters. */
  Weights tensors(Vector vector) {
    SortedSet<String> names = new TreeSet<>(layout.slots().keySet());
    if (vector != Vector.WEIGHTS) {
      names.removeIf(name -> layout.slot(name).offset() >= layout.trained());
    }
    return new Stored(vector, Collections.unmodifiableSortedSet(names));
  }

  @Override
  public void close() {
    sections.values().forEach(Section::close);
  }

  private final class Stored implements Weights {
    private final Vector vector;
    private final SortedSet<String> names;

    Stored(Vector vector, SortedSet<String> names) {
      this.vector = vector;
      this.names = names;
    }

    @Override
    public SortedSet<String> names() {
      return names;
    }

    @Override
    public Info info(String name) {
      return new Info(DType.F32, layout.slot(name).shape());
    }

    @Override
    public TensorData read(String name) {
      return data(vector, name);
    }
  }
}
