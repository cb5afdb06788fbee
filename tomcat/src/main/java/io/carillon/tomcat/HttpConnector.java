package io.carillon.tomcat;

import io.carillon.config.Settings;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardThreadExecutor;
import org.apache.tomcat.util.threads.ThreadPoolExecutor;

/** The listener, set up for many long connections that are mostly silent. */
final class HttpConnector {
  /** Room beyond the limit of connections, for the 503 that tells of it and for health checks. */
  private static final int SPARE_CONNECTIONS = 1_000;

  private static final int MAX_HEADER_BYTES =
      16 * 1024; // a token in a header, positions in a query
  private static final int MAX_PARAMETERS = 1_000; // a poll names each of its channels
  private static final int MAX_SWALLOWED_BYTES = 1024 * 1024;

  /**
   * Per connection, for reading and for writing. Tomcat's 8 KiB each are the larger part of what an
   * idle connection costs: 26.8 KiB of memory with them, 11.0 with these, no pool of buffers.
   */
  private static final int CHANNEL_BUFFER_BYTES = 512;

  /**
   * For writing, where the Servlet API carries streams: Tomcat divides an event that is longer into
   * one write for each buffer. What goes straight to the sockets does not pass it.
   */
  private static final int STREAM_BUFFER_BYTES = 2 * 1024;

  /** For a request's head to arrive, and for the next request on the connection. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);

  private HttpConnector() {}

  static Connector make(Settings settings) {
    Connector connector = new Connector("HTTP/1.1");
    connector.setPort(settings.http().port());
    connector.setXpoweredBy(false);
    connector.setAllowTrace(false);
    connector.setMaxParameterCount(MAX_PARAMETERS);
    // A channel's name may hold slashes of both kinds, which its address has as %2F and %5C.
    connector.setEncodedSolidusHandling("passthrough");
    connector.setEncodedReverseSolidusHandling("passthrough");
    set(connector, "address", settings.http().host());
    set(connector, "bindOnInit", "false");
    set(connector, "maxConnections", settings.limits().connections() + SPARE_CONNECTIONS);
    set(connector, "maxThreads", settings.http().maxThreads());
    set(connector, "acceptCount", 4096);
    set(connector, "tcpNoDelay", "true");
    set(connector, "connectionTimeout", REQUEST_TIMEOUT.toMillis());
    set(connector, "keepAliveTimeout", REQUEST_TIMEOUT.toMillis());
    set(connector, "maxKeepAliveRequests", -1);
    set(connector, "maxHttpHeaderSize", MAX_HEADER_BYTES);
    set(connector, "maxSwallowSize", MAX_SWALLOWED_BYTES);
    set(connector, "compression", "off"); // a stream would sit in the compressor
    set(connector, "socket.appReadBufSize", CHANNEL_BUFFER_BYTES);
    set(
        connector,
        "socket.appWriteBufSize",
        settings.http().areStreamsDirect() ? CHANNEL_BUFFER_BYTES : STREAM_BUFFER_BYTES);
    set(connector, "socket.bufferPool", 0);
    return connector;
  }

  /** Requests that wait for one of the connector's threads. */
  static int waitingRequests(Connector connector) {
    Executor executor = connector.getProtocolHandler().getExecutor();
    if (executor instanceof StandardThreadExecutor shared) { // of server.xml
      return shared.getQueueSize();
    }
    return executor instanceof ThreadPoolExecutor threads ? threads.getQueue().size() : 0;
  }

  private static void set(Connector connector, String property, Object value) {
    if (!connector.setProperty(property, value.toString())) {
      throw new IllegalStateException("the connector knows no " + property);
    }
  }
}
