package dev.tenon.backend.pytorch.internal;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.LibUtils;
import java.nio.file.Path;

/**
 * The native side as it runs in this process.
 *
 * @param djlVersion version of DJL
 * @param version version of libtorch
 * @param directory where libtorch was loaded from
 * @param threads threads that one operator uses
 * @param gpus CUDA devices that libtorch sees
 */
public record TorchRuntime(
    String djlVersion, String version, Path directory, int threads, int gpus) {

  static TorchRuntime read(DjlNatives natives) {
    Engine engine = Engine.getEngine("PyTorch");
    return new TorchRuntime(
        Engine.getDjlVersion(),
        engine.getVersion(),
        Path.of(LibUtils.getLibtorchPath()),
        natives.threads.threads(),
        engine.getGpuCount());
  }
}
