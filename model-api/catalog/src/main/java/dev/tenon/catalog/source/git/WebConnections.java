package dev.tenon.catalog.source.git;

import dev.tenon.catalog.net.Web;
import java.net.Proxy;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;

/** The connections of one transport. For one thread; closing it drops them all. */
final class WebConnections implements HttpConnectionFactory, AutoCloseable {
  private final Web web;
  private final GitCredentials credentials;
  private final long limit;
  private final List<WebConnection> open = new ArrayList<>();

  WebConnections(Web web, GitCredentials credentials, long limit) {
    this.web = web;
    this.credentials = credentials;
    this.limit = limit;
  }

  @Override
  public HttpConnection create(URL url) {
    WebConnection connection = new WebConnection(web, url, credentials, limit);
    open.add(connection);
    return connection;
  }

  @Override
  public HttpConnection create(URL url, Proxy proxy) {
    return create(url);
  }

  @Override
  public void close() {
    open.forEach(WebConnection::close);
  }
}
