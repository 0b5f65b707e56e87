package dev.tenon.backend.pytorch.internal;

import static dev.tenon.backend.pytorch.internal.DjlNatives.callLong;
import static dev.tenon.backend.pytorch.internal.DjlNatives.callVoid;

import java.io.InputStream;
import java.lang.invoke.MethodHandle;

/** Functions on modules; see {@link DjlNatives} for the rules. */
final class ModuleFunctions {

  private final MethodHandle moduleLoad;
  private final MethodHandle moduleLoadFile;
  private final MethodHandle moduleEval;
  private final MethodHandle moduleRunMethod;
  private final MethodHandle torchDeleteModule;

  ModuleFunctions(DjlNatives.Finder finder) throws ReflectiveOperationException {
    moduleLoad =
        finder.find(
            "moduleLoad",
            long.class,
            InputStream.class,
            int[].class,
            boolean.class,
            byte[].class,
            long.class);
    moduleLoadFile =
        finder.find(
            "moduleLoad",
            long.class,
            String.class,
            int[].class,
            boolean.class,
            String[].class,
            String[].class,
            boolean.class);
    moduleEval = finder.find("moduleEval", void.class, long.class);
    moduleRunMethod =
        finder.find(
            "moduleRunMethod",
            long.class,
            long.class,
            String.class,
            long[].class,
            boolean.class,
            boolean.class);
    torchDeleteModule = finder.find("torchDeleteModule", void.class, long.class);
  }

  // The archive has no parameters, so the device means nothing.
  long load(InputStream archive) {
    return moduleLoad(archive, new int[] {0, -1}, false, new byte[64 * 1024], -1);
  }

  // With its weights on the CPU, in the mode that Python's eval() gives.
  long loadFile(String file) {
    String[] noExtraFiles = {};
    long module =
        callLong(
            () ->
                (long)
                    moduleLoadFile.invokeExact(
                        file, new int[] {0, -1}, false, noExtraFiles, noExtraFiles, false));
    callVoid(
        () -> {
          moduleEval.invokeExact(module);
        });
    return module;
  }

  long moduleLoad(
      InputStream archive, int[] device, boolean mapLocation, byte[] readBuffer, long size) {
    return callLong(
        () -> (long) moduleLoad.invokeExact(archive, device, mapLocation, readBuffer, size));
  }

  // isTrain false runs the call inside c10::InferenceMode, true runs it as it is.
  long runMethod(
      long module, String method, long[] values, boolean isTrain, boolean separateCudaStream) {
    return callLong(
        () ->
            (long)
                moduleRunMethod.invokeExact(module, method, values, isTrain, separateCudaStream));
  }

  void delete(long module) {
    callVoid(
        () -> {
          torchDeleteModule.invokeExact(module);
        });
  }
}
