package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.backend.pytorch.internal.engine.CachedModel;
import dev.tenon.backend.pytorch.internal.engine.MicroBatch;
import dev.tenon.model.Network;
import dev.tenon.nn.script.Prelude;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Shape;
import java.util.List;
import java.util.Map;

/**
 * Generation with weights that are read and fused layer by layer, for every step again. Caches stay
 * where libtorch works.
 */
final class StreamedModel implements CachedModel {
  private final StagedForward forward;
  private final TorchModule module;
  private final CallSettings settings;

  private final Runnable release;

  /**
   * A model over weights that others own.
   *
   * @param forward what computes outputs of whole sequences
   * @param threads of one operator; 0: the calling thread's number
   * @param release what else ends with it
   */
  StreamedModel(StagedForward forward, Prelude prelude, int threads, Runnable release) {
    this.forward = forward;
    this.release = release;
    settings = CallSettings.inference(threads);
    module =
        forward
            .streams()
            .bridge()
            .load(ProgramArchives.inference(forward.network().program(), prelude));
  }

  /** With weights where a network has them. */
  static StreamedModel open(TorchBridge bridge, Network network, Prelude prelude, int threads) {
    TorchModule whole =
        bridge.load(ProgramArchives.training(network.program(), prelude.precision()));
    Streams streams = Streams.of(bridge, network);
    Runnable release =
        () -> {
          streams.close();
          whole.close();
        };
    try {
      StagedForward forward = new StagedForward(network, whole, new ReadStages(network), streams);
      return new StreamedModel(forward, prelude, threads, release);
    } catch (RuntimeException e) {
      release.run();
      throw e;
    }
  }

  @Override
  public Network network() {
    return forward.network();
  }

  @Override
  public TorchValue forward(MicroBatch batch, TorchValue chunk, NativeScope scope) {
    return forward.run(batch, chunk, scope);
  }

  @Override
  public TorchValue newCaches(TorchValue shape, NativeScope scope) {
    return call(
        scope,
        "caches",
        scope.zeros(DType.F32, Shape.of(1)),
        scope.integer(network().program().layers()),
        shape);
  }

  @Override
  public TorchValue onCaches(NativeScope scope, String method, TorchValue... arguments) {
    return call(scope, method, arguments);
  }

  @Override
  public TorchValue step(NewTokens tokens, NativeScope scope) {
    Reading reading = new Reading(tokens, scope);
    stream(Visit.forward(network().program().layers()), reading);
    return reading.x;
  }

  @Override
  public void readPart(NewTokens tokens, NativeScope scope) {
    stream(Visit.body(network().program().layers()), new Reading(tokens, scope));
  }

  private void stream(List<Visit> visits, Reading reading) {
    forward.streams().each(visits, forward.weights(), reading::visit);
  }

  private TorchValue call(NativeScope scope, String method, TorchValue... arguments) {
    return module.call(settings, scope, method, arguments);
  }

  @Override
  public void close() {
    module.close();
    release.run();
  }

  /** New tokens on their way through the layers. */
  private final class Reading {
    private final NewTokens tokens;
    private final NativeScope scope;

    /** [B*T, H] between layers; in the end the logits. */
    private TorchValue x;

    /** What prepare gave. */
    private TorchValue prepared;

    Reading(NewTokens tokens, NativeScope scope) {
      this.tokens = tokens;
      this.scope = scope;
      x = tokens.batch();
      prepared = tokens.batch();
    }

    void visit(Visit visit, Map<String, TorchValue> weights, NativeScope owner) {
      TorchValue dict = owner.tensorDict(weights);
      switch (visit.stage()) {
        case EMBED -> {
          List<TorchValue> begun =
              call(scope, "read_begin", dict, tokens.batch(), tokens.length()).elements();
          x = begun.get(0);
          prepared = begun.get(1);
        }
        case BLOCK -> replace(layer(visit.layer(), dict, owner));
        case HEAD -> {
          replace(call(scope, "read_end", x, prepared));
          replace(call(scope, "logits_of", call(owner, "fused_head", dict), x, prepared));
        }
      }
    }

    private TorchValue layer(int layer, TorchValue dict, NativeScope owner) {
      List<TorchValue> fused = call(owner, "fused_layer", dict, owner.integer(layer)).elements();
      return call(
          scope,
          "read_layer",
          fused.get(0),
          fused.get(1),
          x,
          prepared,
          tokens.keys(),
          tokens.values(),
          tokens.row(),
          tokens.length(),
          owner.integer(layer),
          owner.bool(layer == network().program().layers() - 1));
    }

    private void replace(TorchValue next) {
      x.close();
      x = next;
    }
  }
}
