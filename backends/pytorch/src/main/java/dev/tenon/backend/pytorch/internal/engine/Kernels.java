package dev.tenon.backend.pytorch.internal.engine;

import dev.tenon.backend.pytorch.internal.CallSettings;
import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.ScriptCompileException;
import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchException;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import dev.tenon.model.Network;
import dev.tenon.nn.script.Prelude;
import dev.tenon.nn.script.ProgramArchives;
import dev.tenon.spec.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which of a precision's preludes runs on this machine. Each is tried on a small layer, the first
 * time a process asks. Safe for threads.
 */
public final class Kernels {
  /** A kernel that is there and wrong, as 4-bit ones would be with other groups, is far off. */
  private static final double WRONG = 0.2;

  private static final Map<List<Prelude>, Prelude> FOUND = new ConcurrentHashMap<>();

  private Kernels() {}

  /**
   * The first prelude of a precision whose kernels are there.
   *
   * @throws UnsupportedFeatureException naming what each one lacks
   */
  public static Prelude find(TorchBridge bridge, Network network, Precision precision) {
    List<Prelude> candidates = Prelude.of(precision, !network.program().cached());
    return FOUND.computeIfAbsent(candidates, x -> tried(bridge, precision, x));
  }

  private static Prelude tried(TorchBridge bridge, Precision precision, List<Prelude> candidates) {
    List<String> lacks = new ArrayList<>();
    for (Prelude prelude : candidates) {
      try {
        double error = probe(bridge, prelude);
        if (error < WRONG) {
          return prelude;
        }
        lacks.add(prelude + " is off by " + error);
      } catch (TorchException e) {
        lacks.add(prelude + ": " + e.reason());
      } catch (ScriptCompileException e) {
        lacks.add(prelude + ": an operator that this libtorch lacks");
      }
    }
    throw new UnsupportedFeatureException(
        Problems.problem(
            "precision", precision, "one that this processor has kernels for; " + lacks));
  }

  private static double probe(TorchBridge bridge, Prelude prelude) {
    try (TorchModule module = bridge.load(ProgramArchives.probe(prelude));
        NativeScope scope = bridge.scope("probe")) {
      return module.call(CallSettings.inference(0), scope, "probe").toDouble();
    }
  }
}
