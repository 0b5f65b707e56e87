package dev.tenon.catalog.source.git;

import dev.tenon.catalog.internal.fetch.Download;
import dev.tenon.catalog.internal.fetch.Filling;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.internal.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Brings the objects of pointers to their paths, each object once. For one thread. */
final class LfsObjects {
  private final LfsServer server;
  private final Filling filling;
  private final FetchListener listener;
  private final Map<String, LfsAction> actions = new HashMap<>();

  LfsObjects(LfsServer server, Filling filling, FetchListener listener) {
    this.server = server;
    this.filling = filling;
    this.listener = listener;
  }

  /** Brings all of them. */
  void bring(Map<String, LfsPointer> byPath) throws IOException {
    Map<LfsPointer, List<String>> paths = new LinkedHashMap<>();
    byPath.forEach((path, x) -> paths.computeIfAbsent(x, y -> new ArrayList<>()).add(path));
    List<LfsPointer> wanted = List.copyOf(paths.keySet());
    for (int i = 0; i < wanted.size(); i += LfsServer.BATCH) {
      List<LfsPointer> batch = wanted.subList(i, Math.min(i + LfsServer.BATCH, wanted.size()));
      List<LfsPointer> missing = batch.stream().filter(x -> x.bytes() > 0).toList();
      actions.putAll(missing.isEmpty() ? Map.of() : server.find(missing));
      for (LfsPointer each : batch) {
        bring(each, paths.getOrDefault(each, List.of()));
      }
    }
  }

  private void bring(LfsPointer pointer, List<String> paths) throws IOException {
    String first = paths.get(0);
    Path file = filling.directory().resolve(first);
    download(pointer, first, file);
    filling.known(first, pointer.oid());
    for (String each : paths.subList(1, paths.size())) {
      Path copy = filling.directory().resolve(each);
      Files.createDirectories(Durable.parent(copy));
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      filling.known(each, pointer.oid());
    }
  }

  private void download(LfsPointer pointer, String path, Path file) {
    Download download =
        Download.of(() -> action(pointer).request(server.credentials()), file)
            .named(path)
            .part(filling.part(pointer.oid()))
            .size(pointer.bytes())
            .sha256(pointer.oid());
    try {
      download.run(server.web(), listener);
    } catch (TransferException e) {
      if (!isOver(e)) {
        throw e;
      }
      actions.remove(pointer.oid());
      download.run(server.web(), listener);
    }
  }

  /** What a server says of a link that it gave a while ago. */
  private static boolean isOver(TransferException e) {
    int status = e.status().orElse(0);
    return status == 401 || status == 403 || status == 410;
  }

  private LfsAction action(LfsPointer pointer) {
    LfsAction action = actions.get(pointer.oid());
    if (action == null || action.isOver()) {
      action = server.find(List.of(pointer)).get(pointer.oid());
      if (action == null) {
        throw new IllegalStateException("an answer has all that was asked for");
      }
      actions.put(pointer.oid(), action);
    }
    return action;
  }
}
