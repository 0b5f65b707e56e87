package dev.tenon.backend.offload;

import dev.tenon.backend.pytorch.internal.NativeScope;
import dev.tenon.backend.pytorch.internal.TorchModule;
import dev.tenon.backend.pytorch.internal.TorchValue;
import dev.tenon.backend.pytorch.internal.engine.MicroBatch;
import dev.tenon.model.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Outputs without gradients, by the training driver, a stage at a time. */
record StagedForward(
    Network network,
    TorchModule module,
    Streams.Reader<Visit, Map<String, TorchValue>> weights,
    Streams streams) {
  /** The outputs of a micro-batch: {@code Dict[str, Tensor]}. */
  TorchValue run(MicroBatch batch, TorchValue chunk, NativeScope scope) {
    StagedPass pass = new StagedPass(module, batch, chunk, false, scope);
    List<TorchValue> outputs = new ArrayList<>();
    streams.each(
        Visit.forward(network.program().layers()),
        weights,
        (visit, tensors, owner) -> {
          TorchValue dict = owner.tensorDict(tensors);
          switch (visit.stage()) {
            case EMBED -> pass.embed(dict);
            case BLOCK -> pass.block(dict, visit.layer());
            case HEAD -> outputs.add(pass.outputs(dict));
          }
        });
    return outputs.get(0);
  }
}
