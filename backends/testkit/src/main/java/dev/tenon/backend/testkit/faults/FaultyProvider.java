package dev.tenon.backend.testkit.faults;

import static dev.tenon.backend.testkit.faults.FaultyFileSystem.unwrap;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Hands every call on to the default provider, those that change something through the faults. */
final class FaultyProvider extends FileSystemProvider {
  private final FaultyFileSystem files;
  private final FileFaults faults;

  FaultyProvider(FaultyFileSystem files, FileFaults faults) {
    this.files = files;
    this.faults = faults;
  }

  private static FileSystemProvider real(Path path) {
    return unwrap(path).getFileSystem().provider();
  }

  /** A change without a result. */
  private void change(String what, Path path, FileFaults.Part part) throws IOException {
    boolean unused =
        faults.change(
            what,
            path,
            () -> {
              part.run();
              return true;
            });
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    boolean writes =
        options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND);
    boolean creates =
        writes
            && (options.contains(StandardOpenOption.CREATE_NEW)
                || options.contains(StandardOpenOption.CREATE)
                || options.contains(StandardOpenOption.TRUNCATE_EXISTING));
    FileFaults.Change<FileChannel> open =
        () -> real(path).newFileChannel(unwrap(path), options, attributes);
    FileChannel channel = creates ? faults.change("create", path, open) : open.run();
    return writes || Files.isDirectory(path) ? new FaultyChannel(faults, path, channel) : channel;
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    DirectoryStream<Path> real =
        real(directory).newDirectoryStream(unwrap(directory), x -> filter.accept(files.wrap(x)));
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return StreamSupport.stream(real.spliterator(), false).map(files::wrap).iterator();
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    change(
        "createDirectory",
        directory,
        () -> real(directory).createDirectory(unwrap(directory), attributes));
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
      throws IOException {
    change(
        "create",
        link,
        () -> real(link).createSymbolicLink(unwrap(link), unwrap(target), attributes));
  }

  @Override
  public void delete(Path path) throws IOException {
    change("delete", path, () -> real(path).delete(unwrap(path)));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    change("copy", target, () -> real(source).copy(unwrap(source), unwrap(target), options));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    change("move", target, () -> real(source).move(unwrap(source), unwrap(target), options));
  }

  @Override
  public void setAttribute(
      Path path, String attribute, @Nullable Object value, LinkOption... options)
      throws IOException {
    change(
        "setAttribute",
        path,
        () -> real(path).setAttribute(unwrap(path), attribute, value, options));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    if (faults.readOnly() && List.of(modes).contains(AccessMode.WRITE)) {
      throw new AccessDeniedException(path.toString());
    }
    real(path).checkAccess(unwrap(path), modes);
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return real(path).isSameFile(unwrap(path), unwrap(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real(path).isHidden(unwrap(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return real(path).getFileStore(unwrap(path));
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return real(path).getFileAttributeView(unwrap(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return real(path).readAttributes(unwrap(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    return real(path).readAttributes(unwrap(path), attributes, options);
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> settings) {
    throw new UnsupportedOperationException(Arrays.toString(new Object[] {uri, settings}));
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return files;
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException(uri.toString());
  }
}
