package dev.tenon.backend.pytorch.internal;

import com.sun.jna.NativeLibrary;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.nn.script.ScriptArchive;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The one place where Java talks to libtorch: it loads DJL's PyTorch engine, compiles {@linkplain
 * ScriptArchive scripts}, passes values in and out, and counts every native object.
 *
 * <p>libtorch is loaded once in a process and never unloaded, so there is one bridge, made by the
 * first {@link #start()}. It is an object and not a set of static functions so that nothing native
 * can be reached before the engine has started. Any thread may use it.
 */
public final class TorchBridge {
  /** {@code M_MMAP_THRESHOLD} of malloc.h, and the size that glibc begins with. */
  private static final Object[] MMAP_THRESHOLD = {-3, 128 << 10};

  private static @Nullable TorchBridge started;

  private final DjlNatives natives;
  private final Builtins builtins;

  private TorchBridge(DjlNatives natives) {
    this.natives = natives;
    this.builtins = new Builtins(this);
  }

  /**
   * The process's bridge. The first call loads libtorch, in 0.5 s, or a few seconds the first time
   * on a machine, when the libraries are unpacked into DJL's cache folder. A failed start may be
   * tried again.
   *
   * @throws UnsupportedFeatureException if the native libraries are not on the class path or the
   *     DJL version is another one
   */
  public static synchronized TorchBridge start() {
    TorchBridge bridge = started;
    if (bridge == null) {
      bridge = new TorchBridge(TorchStart.load());
      started = bridge;
    }
    return bridge;
  }

  /** Versions, place and means of the libraries that this bridge runs. */
  public TorchRuntime runtime() {
    return TorchRuntime.read(natives);
  }

  /** Threads that one operator takes if the calling thread calls it and its settings say 0. */
  public int threads() {
    return natives.threads.threads();
  }

  /** The Maven artifact with libtorch for this platform; nothing is loaded. */
  public static String nativesArtifact() {
    return TorchStart.artifact();
  }

  /** What Java owns now on the native side, in the whole process. */
  public static OpenHandles openHandles() {
    return HandleCounter.read();
  }

  /**
   * Compiles a script.
   *
   * @throws ScriptCompileException if libtorch cannot compile the text
   */
  public TorchModule load(ScriptArchive archive) {
    return TorchModule.load(this, archive, true);
  }

  /**
   * Loads a TorchScript file with its weights, for inference. Its code runs when it is called.
   *
   * @throws ScriptCompileException if libtorch cannot load it
   */
  public TorchModule loadFile(Path file) {
    return TorchModule.loadFile(this, file);
  }

  /**
   * Opens an owner of values.
   *
   * @param name what it is for, shown if it is never closed
   */
  public NativeScope scope(String name) {
    return new NativeScope(this, name);
  }

  /**
   * Opens a file whose regions are to become tensors without being read.
   *
   * @param file a regular file that nobody shortens while a tensor of it lives: touching a page
   *     behind its end would end the process
   * @param scope owner of the mappings and of the tensors
   */
  public MappedTensors map(Path file, NativeScope scope) {
    return new MappedTensors(file, scope);
  }

  DjlNatives natives() {
    return natives;
  }

  /**
   * Lets the process keep up to 64 MiB of what it frees, from now on. glibc gives freed memory back
   * to the system and faults it in again at the next pass, a third of the time of an int8 pass over
   * 640 tokens. Once a block of nearly 32 MiB came and went, which costs nothing since nobody
   * writes to it, it keeps up to twice as much. Training, whose tensors are larger and of many
   * sizes, gains little and would take a tenth more memory.
   */
  public void keepFreedMemory() {
    try (NativeScope scope = scope("keep freed memory")) {
      builtins.call(scope, "keep_freed_memory").toLong();
    }
  }

  /**
   * Lets the process give back what it frees at once, from now on and for good: a block of 128 KiB
   * or more is the system's again, and what the process holds is what lives. Passes pay for it with
   * page faults. Of glibc; other C libraries have their own ways.
   */
  public void giveBackFreedMemory() {
    try {
      NativeLibrary.getProcess().getFunction("mallopt").invokeInt(MMAP_THRESHOLD);
    } catch (UnsatisfiedLinkError e) {
      // Not glibc.
    }
  }

  Builtins builtins() {
    return builtins;
  }
}
