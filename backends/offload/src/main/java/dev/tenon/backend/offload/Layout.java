package dev.tenon.backend.offload;

import dev.tenon.model.Network;
import dev.tenon.nn.internal.pass.OptimizerGroup;
import dev.tenon.spec.FinetuneSpec;
import dev.tenon.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Where parameters lie in a vector of F32 values: first what trains, an optimizer's group after the
 * other, then the rest. Vectors of gradients and moments end with what trains.
 *
 * @param slots by name
 * @param pieces what trains, cut for the optimizer
 * @param trained values of what trains
 * @param total values of all parameters
 */
record Layout(Map<String, Slot> slots, List<Piece> pieces, long trained, long total) {
  /**
   * Of a run.
   *
   * @param pieceValues that a piece has at most, a multiple of 1024: a parameter in parts is
   *     vectorised as a whole one then, to the same bits
   */
  static Layout of(Network network, FinetuneSpec spec, long pieceValues) {
    Map<String, Shape> rest = new LinkedHashMap<>(network.shapes());
    Map<String, Slot> slots = new LinkedHashMap<>();
    List<Piece> pieces = new ArrayList<>();
    long end = 0;
    for (OptimizerGroup group : OptimizerGroup.of(network, spec)) {
      Cut cut = new Cut(group, pieceValues, end, pieces);
      for (String name : group.names()) {
        Shape shape = Objects.requireNonNull(rest.remove(name), name);
        slots.put(name, new Slot(end, shape));
        cut.add(shape.size());
        end += shape.size();
      }
      cut.end();
    }
    long trained = end;
    for (Map.Entry<String, Shape> entry : rest.entrySet()) {
      slots.put(entry.getKey(), new Slot(end, entry.getValue()));
      end += entry.getValue().size();
    }
    return new Layout(Collections.unmodifiableMap(slots), pieces, trained, end);
  }

  /** Where a parameter lies. */
  Slot slot(String name) {
    return Objects.requireNonNull(slots.get(name), name);
  }

  /**
   * A parameter's values.
   *
   * @param offset of the first
   * @param shape of the parameter
   */
  record Slot(long offset, Shape shape) {}

  /**
   * Values side by side that an optimizer updates at once.
   *
   * @param group their rates
   * @param offset of the first
   * @param sizes of the parameters, or of the one parameter's part, among them
   */
  record Piece(OptimizerGroup group, long offset, List<Long> sizes) {
    /** Copies. */
    Piece {
      sizes = List.copyOf(sizes);
    }

    /** Number of values. */
    long size() {
      return sizes.stream().mapToLong(x -> x).sum();
    }
  }

  /** Cuts a group: whole parameters together while they fit, larger ones alone and in parts. */
  private static final class Cut {
    private final OptimizerGroup group;
    private final long most;
    private final List<Piece> pieces;
    private final List<Long> sizes = new ArrayList<>();
    private long start;
    private long size;

    Cut(OptimizerGroup group, long most, long start, List<Piece> pieces) {
      this.group = group;
      this.most = most;
      this.start = start;
      this.pieces = pieces;
    }

    void add(long values) {
      if (size + values > most) {
        end();
      }
      for (long left = values; left > 0; left -= most) {
        sizes.add(Math.min(left, most));
        size += Math.min(left, most);
        if (left > most) {
          end();
        }
      }
    }

    void end() {
      if (size > 0) {
        pieces.add(new Piece(group, start, sizes));
        start += size;
        size = 0;
        sizes.clear();
      }
    }
  }
}
