package dev.tenon.catalog.source.git;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Hides the machine's git from our own calls of JGit: no configuration of a user or a system, which
 * could name other servers, headers and programs, no variables of git, and no git process that is
 * asked where its configuration is. JGit has one such object for all threads; other threads see
 * what was there before.
 */
final class PlainEnvironment extends SystemReader.Delegate {
  private static final ThreadLocal<Boolean> PLAIN = ThreadLocal.withInitial(() -> false);

  private final SystemReader former;

  private PlainEnvironment(SystemReader former) {
    super(former);
    this.former = former;
    setPlatformChecker();
  }

  /** Runs an action of JGit. */
  static <T> T run(Callable<T> action) throws Exception {
    install();
    PLAIN.set(true);
    try {
      return action.call();
    } finally {
      PLAIN.remove();
    }
  }

  private static synchronized void install() {
    if (!(SystemReader.getInstance() instanceof PlainEnvironment)) {
      SystemReader.setInstance(new PlainEnvironment(SystemReader.getInstance()));
      // Otherwise the first call waits for seconds until the clock of the file system is measured.
      FS.FileStoreAttributes.setBackground(true);
    }
  }

  private static <T> T either(Supplier<T> plain, Supplier<T> otherwise) {
    return PLAIN.get() ? plain.get() : otherwise.get();
  }

  @Override
  public @Nullable String getenv(String variable) {
    return PLAIN.get() && variable.startsWith("GIT_") ? null : former.getenv(variable);
  }

  @Override
  public FileBasedConfig openUserConfig(Config parent, FS fs) {
    return either(() -> new Empty(fs), () -> former.openUserConfig(parent, fs));
  }

  @Override
  public FileBasedConfig openSystemConfig(Config parent, FS fs) {
    return either(() -> new Empty(fs), () -> former.openSystemConfig(parent, fs));
  }

  @Override
  public FileBasedConfig openJGitConfig(Config parent, FS fs) {
    return either(() -> new Empty(fs), () -> former.openJGitConfig(parent, fs));
  }

  @Override
  public StoredConfig getUserConfig() throws IOException, ConfigInvalidException {
    return PLAIN.get() ? new Empty(FS.DETECTED) : former.getUserConfig();
  }

  @Override
  public StoredConfig getSystemConfig() throws IOException, ConfigInvalidException {
    return PLAIN.get() ? new Empty(FS.DETECTED) : former.getSystemConfig();
  }

  @Override
  public StoredConfig getJGitConfig() throws IOException, ConfigInvalidException {
    return PLAIN.get() ? new Empty(FS.DETECTED) : former.getJGitConfig();
  }

  /** A configuration without a file. */
  private static final class Empty extends FileBasedConfig {
    Empty(FS fs) {
      super(null, fs);
    }

    @Override
    public void load() {
      // There is nothing to read.
    }

    @Override
    public void save() {
      // Nothing of ours is to be kept.
    }

    @Override
    public boolean isOutdated() {
      return false;
    }
  }
}
