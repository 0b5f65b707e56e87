package dev.tenon.cli.doctor;

import dev.tenon.backend.pytorch.internal.TorchBridge;
import dev.tenon.backend.pytorch.internal.TorchRuntime;
import dev.tenon.error.TenonException;
import dev.tenon.nn.internal.NativesCache;
import dev.tenon.nn.tokenizer.HfTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;

/** Looks at everything that Tenon needs of this machine and this class path. */
final class Doctor {
  private static final String TORCH_JAR = "native/lib/pytorch.properties";
  private static final String TOKENIZERS_JAR = "native/lib/tokenizers.properties";
  private static final long NATIVES_BYTES = 500L << 20;

  private final List<Finding> findings = new ArrayList<>();

  private Doctor() {}

  static List<Finding> examine(String version) {
    Doctor doctor = new Doctor();
    doctor.versions(version);
    doctor.caches();
    doctor.tokenizers();
    doctor.torch();
    doctor.machine();
    return doctor.findings;
  }

  private void versions(String version) {
    findings.add(Finding.good("tenon", version));
    findings.add(
        Finding.good(
            "java",
            Runtime.version() + ", " + property("java.vendor") + ", " + property("java.home")));
    findings.add(Finding.good("platform", property("os.name") + " " + property("os.arch")));
  }

  private void caches() {
    look("natives_cache", Doctor::nativesCache);
    findings.add(Finding.good("tenon_cache", "none, Tenon keeps and downloads nothing"));
    look("temporary_directory", () -> writable("temporary_directory", temporary()));
  }

  private static Finding nativesCache() throws IOException {
    Path directory = NativesCache.directory();
    boolean unpacked = Files.isDirectory(directory.resolve("pytorch"));
    if (NativesCache.isWritable(directory)) {
      return enoughSpace(directory, unpacked);
    }
    return unpacked
        ? Finding.good("natives_cache", directory + ", read-only, libraries are unpacked")
        : writable("natives_cache", directory);
  }

  private static Finding enoughSpace(Path directory, boolean unpacked) throws IOException {
    Path existing = directory.toAbsolutePath();
    while (!Files.exists(existing)) {
      existing = Objects.requireNonNull(existing.getParent(), "a root exists");
    }
    long free = Files.getFileStore(existing).getUsableSpace();
    String found = directory + ", writable, " + (free >> 20) + " MiB free";
    return unpacked || free >= NATIVES_BYTES
        ? Finding.good("natives_cache", found)
        : new Finding(
            "natives_cache", found, "free 500 MiB there, or name another place in DJL_CACHE_DIR");
  }

  private static Finding writable(String name, Path directory) {
    return NativesCache.isWritable(directory)
        ? Finding.good(name, directory + ", writable")
        : new Finding(
            name,
            directory + ", not writable",
            "set DJL_CACHE_DIR, or -Djava.io.tmpdir, to a directory that can be written");
  }

  private void tokenizers() {
    look("tokenizers", Doctor::tokenizersLibrary);
  }

  private static Finding tokenizersLibrary() {
    String version = versionIn(TOKENIZERS_JAR).orElse("unknown version");
    try {
      HfTokenizer.loadLibrary();
      return Finding.good("tokenizers", version + from("RUST_LIBRARY_PATH", TOKENIZERS_JAR));
    } catch (TenonException e) {
      return new Finding("tokenizers", version + ", not loaded", message(e));
    }
  }

  private void torch() {
    Optional<TorchRuntime> runtime = Optional.empty();
    try {
      runtime = Optional.of(TorchBridge.start().runtime());
    } catch (TenonException | LinkageError e) {
      findings.add(
          new Finding(
              "libtorch", versionIn(TORCH_JAR).orElse("none") + ", not loaded", message(e)));
    }
    runtime.ifPresent(this::torch);
  }

  private void torch(TorchRuntime runtime) {
    findings.add(Finding.good("djl", runtime.djlVersion()));
    findings.add(
        Finding.good("libtorch", runtime.version() + from("PYTORCH_LIBRARY_PATH", TORCH_JAR)));
    findings.add(Finding.good("libtorch_directory", runtime.directory()));
    String gpus =
        runtime.gpus() == 0
            ? "no GPU that libtorch sees"
            : runtime.gpus() + " GPUs, which Tenon does not use yet";
    findings.add(Finding.good("devices", "cpu; " + gpus));
    findings.add(Finding.good("threads", runtime.threads() + " of libtorch"));
  }

  private void machine() {
    int processors = Runtime.getRuntime().availableProcessors();
    findings.add(Finding.good("processors", processors));
    String policy = Objects.requireNonNullElse(System.getenv("OMP_WAIT_POLICY"), "not set");
    String hint = policy.equalsIgnoreCase("passive") ? "" : "; passive is better on shared cores";
    findings.add(Finding.good("omp_wait_policy", policy + hint));
    look("memory", () -> Finding.good("memory", Memory.text()));
  }

  private void look(String name, Callable<Finding> look) {
    findings.add(Finding.look(name, look));
  }

  /** Where a library comes from: a path that the host has set, or a jar. */
  private static String from(String variable, String resource) {
    String override = Objects.requireNonNullElse(System.getenv(variable), property(variable));
    if (!override.isEmpty()) {
      return ", from " + variable + "=" + override;
    }
    URL jar = Doctor.class.getClassLoader().getResource(resource);
    return ", from " + (jar == null ? "the cache" : jar.getPath().replaceFirst("!.*", ""));
  }

  private static Optional<String> versionIn(String resource) {
    try (InputStream in = Doctor.class.getClassLoader().getResourceAsStream(resource)) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return Optional.ofNullable(properties.getProperty("version"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Path temporary() {
    return Path.of(property("java.io.tmpdir"));
  }

  private static String property(String name) {
    return System.getProperty(name, "");
  }

  private static String message(Throwable thrown) {
    return Objects.requireNonNullElse(thrown.getMessage(), thrown.toString());
  }
}
