package dev.tenon.catalog.store;

import java.nio.file.Path;

/** A process that holds a version, and a staged directory, until it is killed. */
final class StoreHolder {
  private StoreHolder() {}

  public static void main(String... arguments) throws InterruptedException {
    ModelStore store = ModelStore.open(Path.of(arguments[0]));
    store.newStaging();
    store.lease(store.resolve(VersionRef.parse(ObjectKind.MODEL, arguments[1])));
    System.out.println("held");
    Thread.sleep(Long.MAX_VALUE);
  }
}
