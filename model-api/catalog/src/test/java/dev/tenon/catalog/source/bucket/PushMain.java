package dev.tenon.catalog.source.bucket;

import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.source.FetchListener;
import java.nio.file.Path;
import java.util.Map;

/**
 * Pushes a directory, and stops for good when so many bytes of a file were sent. The server is that
 * of the environment.
 */
final class PushMain {
  private PushMain() {}

  public static void main(String[] arguments) {
    BucketServer server = BucketServer.of(System.getenv());
    long most = Long.parseLong(arguments[1]);
    FetchListener stopping =
        (file, done, total) -> {
          while (done >= most) {
            sleep();
          }
        };
    try (Web web = Web.open(server.policy(UrlPolicy.PUBLIC))) {
      new BucketTrees(web, server, new BucketPlace("store", "team"), 8 << 20)
          .push("models/default/heron", Path.of(arguments[0]), Map.of(), stopping);
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(1000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
