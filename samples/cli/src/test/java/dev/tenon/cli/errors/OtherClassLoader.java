package dev.tenon.cli.errors;

import dev.tenon.cli.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;

/** Two applications of one server, each with its own copy of the jars. */
final class OtherClassLoader {
  private OtherClassLoader() {}

  static void open(Path checkpoint) throws Exception {
    ChildJvm.Result result = new ChildJvm(OtherClassLoader.class).run(checkpoint);
    throw new IOException(result.output().strip());
  }

  public static void main(String[] args) throws Exception {
    URL[] jars =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(OtherClassLoader::url)
            .toArray(URL[]::new);
    for (int i = 0; i < 2; i++) {
      ClassLoader application = new URLClassLoader(jars, ClassLoader.getPlatformClassLoader());
      Thread.currentThread().setContextClassLoader(application);
      try {
        application
            .loadClass("dev.tenon.modelinterface.text.TextGenerator")
            .getMethod("open", Path.class)
            .invoke(null, Path.of(args[0]));
      } catch (InvocationTargetException e) {
        System.out.println(e.getCause().getMessage());
      }
    }
  }

  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
