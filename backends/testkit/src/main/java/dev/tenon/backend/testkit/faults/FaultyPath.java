package dev.tenon.backend.testkit.faults;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A path whose file system is another one; all else is the real path's answer.
 *
 * @param files it belongs to
 * @param real of the default file system
 */
record FaultyPath(FaultyFileSystem files, Path real) implements InvocationHandler {
  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] args)
      throws Throwable {
    return switch (method.getName()) {
      case "getFileSystem" -> files;
      case "toFile" ->
          throw new UnsupportedOperationException("a path that is not of the default file system");
      case "iterator" -> names();
      default -> answer(method, args);
    };
  }

  private Iterator<Path> names() {
    return StreamSupport.stream(real.spliterator(), false).map(files::wrap).iterator();
  }

  private @Nullable Object answer(Method method, Object @Nullable [] args) throws Throwable {
    Object[] plain = args == null ? new Object[0] : args.clone();
    for (int i = 0; i < plain.length; i++) {
      if (plain[i] instanceof Path path) {
        plain[i] = FaultyFileSystem.unwrap(path);
      }
    }
    try {
      Object answer = method.invoke(real, plain);
      return answer instanceof Path path ? files.wrap(path) : answer;
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
