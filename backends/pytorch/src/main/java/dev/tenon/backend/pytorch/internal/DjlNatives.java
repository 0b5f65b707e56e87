package dev.tenon.backend.pytorch.internal;

import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;

/**
 * DJL's native functions, which DJL keeps package-private in {@code PyTorchLibrary}, resolved once
 * and grouped by what they act on.
 *
 * <p>Parameters and results named {@code value}, {@code tensor} and {@code module} are addresses of
 * an {@code IValue}, a {@code Tensor} and a {@code Module} on the C++ heap; every returned one must
 * be deleted exactly once. Nothing here checks an address: a wrong one ends the JVM. A C++
 * exception arrives as DJL's {@code EngineException}, unchanged. Stateless; any thread may call.
 */
final class DjlNatives {

  /** The only DJL version whose native functions have been tried with this class. */
  static final String DJL_VERSION = "0.35.1";

  static final String LIBRARY_CLASS = "ai.djl.pytorch.jni.PyTorchLibrary";

  final ModuleFunctions modules;
  final ValueFunctions values;
  final TensorFunctions tensors;
  final ThreadFunctions threads;

  private DjlNatives(Finder finder) throws ReflectiveOperationException {
    modules = new ModuleFunctions(finder);
    values = new ValueFunctions(finder);
    tensors = new TensorFunctions(finder);
    threads = new ThreadFunctions(finder);
  }

  /**
   * Finds every function that the bridge needs.
   *
   * @param className DJL's class of native functions
   * @param foundVersion DJL's version on the class path, for the message
   * @throws UnsupportedFeatureException if one is missing, naming it and both versions
   */
  static DjlNatives resolve(String className, String foundVersion) {
    try {
      Class<?> type = Class.forName(className, true, DjlNatives.class.getClassLoader());
      return new DjlNatives(new Finder(type));
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new UnsupportedFeatureException(
          Problems.problem(
              "DJL PyTorch engine",
              "version " + foundVersion + " lacks " + e.getMessage(),
              "ai.djl.pytorch:pytorch-engine:" + DJL_VERSION),
          e);
    }
  }

  /** Looks functions up by name and exact signature. */
  static final class Finder {
    private final MethodHandles.Lookup lookup;
    private final Object library;

    private Finder(Class<?> type) throws ReflectiveOperationException {
      lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      Field instance = type.getDeclaredField("LIB");
      instance.setAccessible(true);
      library = instance.get(null);
    }

    MethodHandle find(String name, Class<?> result, Class<?>... parameters)
        throws ReflectiveOperationException {
      MethodType type = MethodType.methodType(result, parameters);
      return lookup.findVirtual(lookup.lookupClass(), name, type).bindTo(library);
    }
  }

  /** A native call with a result. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws Throwable;
  }

  /** A native call whose result is an address or a whole number. */
  @FunctionalInterface
  interface LongCall {
    long run() throws Throwable;
  }

  /** A native call without a result. */
  @FunctionalInterface
  interface VoidCall {
    void run() throws Throwable;
  }

  static <T> T call(Call<T> call) {
    try {
      return call.run();
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static long callLong(LongCall call) {
    try {
      return call.run();
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  static void callVoid(VoidCall call) {
    try {
      call.run();
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  // Native functions declare no checked exception, so the last line is not reached.
  private static RuntimeException unchecked(Throwable e) {
    if (e instanceof RuntimeException runtime) {
      return runtime;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(e);
  }
}
