package dev.tenon.backend.pytorch.internal;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Structure;
import org.opentest4j.TestAbortedException;

/** What the C library has handed out: neither Java's heap nor freed memory that it keeps. */
public final class NativeHeap {
  private static final int READINGS = 10;
  private static final long PAUSE_MILLIS = 50;

  private NativeHeap() {}

  /** {@code mallinfo2}: in use in all arenas, and mapped; of glibc 2.33 and newer. */
  public static long allocatedBytes() {
    try {
      Function mallinfo = NativeLibrary.getProcess().getFunction("mallinfo2");
      MallInfo info = (MallInfo) mallinfo.invoke(MallInfo.class, new Object[0]);
      return info.uordblks + info.hblkhd;
    } catch (UnsatisfiedLinkError e) {
      throw new TestAbortedException("needs mallinfo2 of glibc 2.33", e);
    }
  }

  /** The least of half a second: the JVM's compiler takes tens of MB for a moment. */
  static long settledBytes() throws InterruptedException {
    long least = allocatedBytes();
    for (int i = 1; i < READINGS; i++) {
      Thread.sleep(PAUSE_MILLIS);
      least = Math.min(least, allocatedBytes());
    }
    return least;
  }

  /** {@code struct mallinfo2}. */
  @Structure.FieldOrder({
    "arena",
    "ordblks",
    "smblks",
    "hblks",
    "hblkhd",
    "usmblks",
    "fsmblks",
    "uordblks",
    "fordblks",
    "keepcost"
  })
  public static final class MallInfo extends Structure implements Structure.ByValue {
    public long arena;
    public long ordblks;
    public long smblks;
    public long hblks;
    public long hblkhd;
    public long usmblks;
    public long fsmblks;
    public long uordblks;
    public long fordblks;
    public long keepcost;
  }
}
