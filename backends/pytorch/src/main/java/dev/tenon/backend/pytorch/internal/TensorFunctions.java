package dev.tenon.backend.pytorch.internal;

import static dev.tenon.backend.pytorch.internal.DjlNatives.call;
import static dev.tenon.backend.pytorch.internal.DjlNatives.callLong;
import static dev.tenon.backend.pytorch.internal.DjlNatives.callVoid;

import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/** Functions on {@code Tensor}s; see {@link DjlNatives} for the rules. */
final class TensorFunctions {

  private final MethodHandle torchSizes;
  private final MethodHandle torchDType;
  private final MethodHandle torchDevice;
  private final MethodHandle torchIsContiguous;
  private final MethodHandle torchDirectByteBuffer;
  private final MethodHandle torchDeleteTensor;

  TensorFunctions(DjlNatives.Finder finder) throws ReflectiveOperationException {
    torchSizes = finder.find("torchSizes", long[].class, long.class);
    torchDType = finder.find("torchDType", int.class, long.class);
    torchDevice = finder.find("torchDevice", int[].class, long.class);
    torchIsContiguous = finder.find("torchIsContiguous", boolean.class, long.class);
    torchDirectByteBuffer = finder.find("torchDirectByteBuffer", ByteBuffer.class, long.class);
    torchDeleteTensor = finder.find("torchDeleteTensor", void.class, long.class);
  }

  long[] sizes(long tensor) {
    return call(() -> (long[]) torchSizes.invokeExact(tensor));
  }

  // DJL's number of the element type, 9 where DJL knows none.
  int djlType(long tensor) {
    return (int) callLong(() -> (int) torchDType.invokeExact(tensor));
  }

  // Type (0 is the CPU) and index.
  int[] device(long tensor) {
    return call(() -> (int[]) torchDevice.invokeExact(tensor));
  }

  boolean isCpu(long tensor) {
    return device(tensor)[0] == 0;
  }

  boolean isContiguous(long tensor) {
    return call(() -> (boolean) torchIsContiguous.invokeExact(tensor));
  }

  // A window on the tensor's memory that does not keep it alive. Only for a contiguous tensor on
  // the CPU with 1 byte to 2 GiB: a device address would be read as a host address.
  ByteBuffer memory(long tensor) {
    return call(() -> (ByteBuffer) torchDirectByteBuffer.invokeExact(tensor));
  }

  void delete(long tensor) {
    callVoid(
        () -> {
          torchDeleteTensor.invokeExact(tensor);
        });
  }
}
