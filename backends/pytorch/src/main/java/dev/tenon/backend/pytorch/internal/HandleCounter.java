package dev.tenon.backend.pytorch.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the native objects of the process. Any thread may call. */
final class HandleCounter {

  static final AtomicLong MODULES = new AtomicLong();
  static final AtomicLong VALUES = new AtomicLong();
  static final AtomicLong TENSORS = new AtomicLong();
  static final Set<NativeScope> SCOPES = ConcurrentHashMap.newKeySet();

  private HandleCounter() {}

  static OpenHandles read() {
    return new OpenHandles(
        MODULES.get(),
        VALUES.get(),
        TENSORS.get(),
        SCOPES.stream().map(NativeScope::name).sorted().toList());
  }
}
