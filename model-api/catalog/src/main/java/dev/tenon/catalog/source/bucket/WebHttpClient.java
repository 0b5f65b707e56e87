package dev.tenon.catalog.source.bucket;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.net.WebRequest;
import dev.tenon.catalog.net.WebResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/** The client that the SDK of buckets is lent: its requests are sent by {@link Web}. */
final class WebHttpClient implements SdkHttpClient {
  /** Long enough for a part on a slow line. */
  private static final Duration LONGEST = Duration.ofHours(2);

  /** The connection has its own, or would refuse them. */
  private static final Set<String> OF_THE_CONNECTION =
      Set.of("host", "content-length", "transfer-encoding", "expect", "connection", "user-agent");

  private static final Set<String> SECRETS = Set.of("authorization", "x-amz-security-token");

  private final Web web;

  /** The SDK does not close what it is lent. */
  WebHttpClient(Web web) {
    this.web = web;
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new Call(web, request);
  }

  @Override
  public String clientName() {
    return "Tenon";
  }

  @Override
  public void close() {}

  /**
   * A request as {@link Web} takes it: without redirections, since a signature is for one place.
   */
  static WebRequest request(SdkHttpRequest request) {
    Map<String, String> headers = new LinkedHashMap<>();
    Map<String, String> secrets = new LinkedHashMap<>();
    request.forEachHeader(
        (name, values) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (!OF_THE_CONNECTION.contains(lower)) {
            (SECRETS.contains(lower) ? secrets : headers).put(name, String.join(",", values));
          }
        });
    String url = request.getUri().toString();
    return new WebRequest(
        request.method().name(),
        url,
        headers,
        secrets,
        Optional.empty(),
        WebRequest.ANSWER,
        LONGEST,
        0);
  }

  /** One request. */
  private static final class Call implements ExecutableHttpRequest {
    private final Web web;
    private final HttpExecuteRequest request;
    private volatile @Nullable WebResponse response;

    Call(Web web, HttpExecuteRequest request) {
      this.web = web;
      this.request = request;
    }

    @Override
    public HttpExecuteResponse call() throws IOException {
      WebRequest plain = WebHttpClient.request(request.httpRequest());
      Optional<ContentStreamProvider> content = request.contentStreamProvider();
      WebRequest sent = content.isPresent() ? plain.body(body(content.get())) : plain;
      try {
        WebResponse answer = web.send(sent);
        response = answer;
        return answer(answer);
      } catch (TransferException e) {
        // The SDK tries again after an IOException alone.
        throw new IOException(e.getMessage(), e);
      }
    }

    private WebRequest.Body body(ContentStreamProvider content) {
      long length =
          request
              .httpRequest()
              .firstMatchingHeader("Content-Length")
              .map(Long::parseLong)
              .orElse(0L);
      return new WebRequest.Body() {
        @Override
        public long length() {
          return length;
        }

        @Override
        public InputStream open() {
          return content.newStream();
        }
      };
    }

    private static HttpExecuteResponse answer(WebResponse answer) {
      Map<String, List<String>> headers = answer.headers();
      return HttpExecuteResponse.builder()
          .response(SdkHttpResponse.builder().statusCode(answer.status()).headers(headers).build())
          .responseBody(AbortableInputStream.create(answer.body(), answer::close))
          .build();
    }

    @Override
    public void abort() {
      WebResponse open = response;
      if (open != null) {
        open.close();
      }
    }
  }
}
