package dev.tenon.backend.pytorch.internal;

import static dev.tenon.backend.pytorch.internal.DjlNatives.call;
import static dev.tenon.backend.pytorch.internal.DjlNatives.callLong;
import static dev.tenon.backend.pytorch.internal.DjlNatives.callVoid;

import java.lang.invoke.MethodHandle;

/** Functions on {@code IValue}s; see {@link DjlNatives} for the rules. */
final class ValueFunctions {

  private final MethodHandle iValueFromBool;
  private final MethodHandle iValueFromLong;
  private final MethodHandle iValueFromDouble;
  private final MethodHandle iValueFromString;
  private final MethodHandle iValueFromLongList;
  private final MethodHandle iValueFromDoubleList;
  private final MethodHandle iValueFromTensorList;
  private final MethodHandle iValueFromList;
  private final MethodHandle iValueFromTuple;
  private final MethodHandle iValueFromStringIValueMap;
  private final MethodHandle iValueGetType;
  private final MethodHandle iValueIsTensor;
  private final MethodHandle iValueIsBool;
  private final MethodHandle iValueIsLong;
  private final MethodHandle iValueIsDouble;
  private final MethodHandle iValueIsString;
  private final MethodHandle iValueIsList;
  private final MethodHandle iValueIsTuple;
  private final MethodHandle iValueIsMap;
  private final MethodHandle iValueToTensor;
  private final MethodHandle iValueToBool;
  private final MethodHandle iValueToLong;
  private final MethodHandle iValueToDouble;
  private final MethodHandle iValueToString;
  private final MethodHandle iValueToIValueList;
  private final MethodHandle iValueToIValueTuple;
  private final MethodHandle iValueToMap;
  private final MethodHandle torchDeleteIValue;

  ValueFunctions(DjlNatives.Finder finder) throws ReflectiveOperationException {
    iValueFromBool = finder.find("iValueFromBool", long.class, boolean.class);
    iValueFromLong = finder.find("iValueFromLong", long.class, long.class);
    iValueFromDouble = finder.find("iValueFromDouble", long.class, double.class);
    iValueFromString = finder.find("iValueFromString", long.class, String.class);
    iValueFromLongList = finder.find("iValueFromLongList", long.class, long[].class);
    iValueFromDoubleList = finder.find("iValueFromDoubleList", long.class, double[].class);
    iValueFromTensorList = finder.find("iValueFromTensorList", long.class, long[].class);
    iValueFromList = finder.find("iValueFromList", long.class, long[].class);
    iValueFromTuple = finder.find("iValueFromTuple", long.class, long[].class);
    iValueFromStringIValueMap =
        finder.find("iValueFromStringIValueMap", long.class, String[].class, long[].class);
    iValueGetType = finder.find("iValueGetType", String.class, long.class);
    iValueIsTensor = finder.find("iValueIsTensor", boolean.class, long.class);
    iValueIsBool = finder.find("iValueIsBool", boolean.class, long.class);
    iValueIsLong = finder.find("iValueIsLong", boolean.class, long.class);
    iValueIsDouble = finder.find("iValueIsDouble", boolean.class, long.class);
    iValueIsString = finder.find("iValueIsString", boolean.class, long.class);
    iValueIsList = finder.find("iValueIsList", boolean.class, long.class);
    iValueIsTuple = finder.find("iValueIsTuple", boolean.class, long.class);
    iValueIsMap = finder.find("iValueIsMap", boolean.class, long.class);
    iValueToTensor = finder.find("iValueToTensor", long.class, long.class);
    iValueToBool = finder.find("iValueToBool", boolean.class, long.class);
    iValueToLong = finder.find("iValueToLong", long.class, long.class);
    iValueToDouble = finder.find("iValueToDouble", double.class, long.class);
    iValueToString = finder.find("iValueToString", String.class, long.class);
    iValueToIValueList = finder.find("iValueToIValueList", long[].class, long.class);
    iValueToIValueTuple = finder.find("iValueToIValueTuple", long[].class, long.class);
    iValueToMap = finder.find("iValueToMap", long[].class, long.class);
    torchDeleteIValue = finder.find("torchDeleteIValue", void.class, long.class);
  }

  long fromBoolean(boolean value) {
    return callLong(() -> (long) iValueFromBool.invokeExact(value));
  }

  long fromLong(long number) {
    return callLong(() -> (long) iValueFromLong.invokeExact(number));
  }

  long fromDouble(double value) {
    return callLong(() -> (long) iValueFromDouble.invokeExact(value));
  }

  long fromString(String value) {
    return callLong(() -> (long) iValueFromString.invokeExact(value));
  }

  long fromLongs(long[] numbers) {
    return callLong(() -> (long) iValueFromLongList.invokeExact(numbers));
  }

  long fromDoubles(double[] numbers) {
    return callLong(() -> (long) iValueFromDoubleList.invokeExact(numbers));
  }

  long fromTensors(long[] tensors) {
    return callLong(() -> (long) iValueFromTensorList.invokeExact(tensors));
  }

  // The element type is the first value's. Native code reads that value unasked: never empty.
  long fromList(long[] values) {
    return callLong(() -> (long) iValueFromList.invokeExact(values));
  }

  long fromTuple(long[] values) {
    return callLong(() -> (long) iValueFromTuple.invokeExact(values));
  }

  // The value type is the first value's, Tensor if there is none.
  long fromMap(String[] keys, long[] values) {
    return callLong(() -> (long) iValueFromStringIValueMap.invokeExact(keys, values));
  }

  String typeName(long value) {
    return call(() -> (String) iValueGetType.invokeExact(value));
  }

  boolean isTensor(long value) {
    return call(() -> (boolean) iValueIsTensor.invokeExact(value));
  }

  boolean isBoolean(long value) {
    return call(() -> (boolean) iValueIsBool.invokeExact(value));
  }

  boolean isLong(long value) {
    return call(() -> (boolean) iValueIsLong.invokeExact(value));
  }

  boolean isDouble(long value) {
    return call(() -> (boolean) iValueIsDouble.invokeExact(value));
  }

  boolean isString(long value) {
    return call(() -> (boolean) iValueIsString.invokeExact(value));
  }

  boolean isList(long value) {
    return call(() -> (boolean) iValueIsList.invokeExact(value));
  }

  boolean isTuple(long value) {
    return call(() -> (boolean) iValueIsTuple.invokeExact(value));
  }

  boolean isMap(long value) {
    return call(() -> (boolean) iValueIsMap.invokeExact(value));
  }

  long toTensor(long value) {
    return callLong(() -> (long) iValueToTensor.invokeExact(value));
  }

  boolean toBoolean(long value) {
    return call(() -> (boolean) iValueToBool.invokeExact(value));
  }

  long toLong(long value) {
    return callLong(() -> (long) iValueToLong.invokeExact(value));
  }

  double toDouble(long value) {
    return call(() -> (double) iValueToDouble.invokeExact(value));
  }

  String toText(long value) {
    return call(() -> (String) iValueToString.invokeExact(value));
  }

  long[] listElements(long value) {
    return call(() -> (long[]) iValueToIValueList.invokeExact(value));
  }

  long[] tupleElements(long value) {
    return call(() -> (long[]) iValueToIValueTuple.invokeExact(value));
  }

  // Key, value, key, value, in insertion order.
  long[] mapEntries(long value) {
    return call(() -> (long[]) iValueToMap.invokeExact(value));
  }

  void delete(long value) {
    callVoid(
        () -> {
          torchDeleteIValue.invokeExact(value);
        });
  }
}
