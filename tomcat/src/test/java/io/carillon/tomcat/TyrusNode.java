package io.carillon.tomcat;

import io.carillon.domain.error.RealtimeException;
import io.carillon.gateway.chat.ChatEndpoint;
import io.carillon.security.Authenticator;
import io.carillon.security.IdentityPrincipal;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.strategies.WorkerThreadIOStrategy;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;
import org.glassfish.tyrus.container.grizzly.server.WebSocketAddOn;
import org.glassfish.tyrus.core.RequestContext;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.Connection;
import org.glassfish.tyrus.spi.UpgradeRequest;
import org.glassfish.tyrus.spi.UpgradeResponse;
import org.glassfish.tyrus.spi.WebSocketEngine;
import org.glassfish.tyrus.spi.Writer;

/**
 * The WebSocket endpoint of a running server on Tyrus and Grizzly, at a port of its own: the beans
 * behind it are that server's. There are no servlet filters here, so a thin engine before Tyrus'
 * own does what the authentication filter does with a bearer token: 401, or a principal.
 */
final class TyrusNode extends TyrusServerContainer implements AutoCloseable {
  private static final String ROOT = "/";

  private final ClassLoader loader;
  private final Guard engine;
  private HttpServer http;

  private TyrusNode(ClassLoader loader) {
    super((Set<Class<?>>) null);
    this.loader = loader;
    this.engine =
        new Guard(
            TyrusWebSocketEngine.builder(this).build(),
            CurrentCdi.bean(loader, Authenticator.class));
  }

  static TyrusNode start(TomcatServer server) throws IOException, DeploymentException {
    TyrusNode node = new TyrusNode(server.loader());
    node.addEndpoint(ChatEndpoint.class);
    try {
      node.start(ROOT, 0);
    } catch (IOException | DeploymentException | RuntimeException e) {
      node.stop();
      throw e;
    }
    return node;
  }

  @Override
  public void start(String root, int port) throws IOException, DeploymentException {
    http = new HttpServer();
    NetworkListener listener = new NetworkListener("tyrus", "127.0.0.1", 0);
    listener.getTransport().setIOStrategy(WorkerThreadIOStrategy.getInstance());
    ThreadPoolConfig workers = ThreadPoolConfig.defaultConfig().copy();
    // As in a container, but that Tomcat would miss its own loader's threads when it stops.
    workers.setPoolName("tyrus").setInitialClassLoader(new URLClassLoader(new URL[0], loader));
    workers.setCorePoolSize(8).setMaxPoolSize(8);
    listener.getTransport().setWorkerThreadPoolConfig(workers);
    listener.getKeepAlive().setIdleTimeoutInSeconds(-1);
    listener.registerAddOn(new WebSocketAddOn(this, root));
    http.addListener(listener);
    http.start();
    super.start(root, listener.getPort());
  }

  @Override
  public int getPort() {
    return http.getListener("tyrus").getPort();
  }

  @Override
  public void register(Class<?> endpoint) throws DeploymentException {
    engine.register(endpoint, ROOT);
  }

  @Override
  public void register(ServerEndpointConfig endpoint) throws DeploymentException {
    engine.register(endpoint, ROOT);
  }

  @Override
  public Map<String, Object> getProperties() {
    return Map.of();
  }

  @Override
  public WebSocketEngine getWebSocketEngine() {
    return engine;
  }

  @Override
  public void stop() {
    super.stop();
    if (http != null) {
      http.shutdownNow();
    }
  }

  @Override
  public void close() {
    stop();
  }

  /** Lets nobody through to Tyrus who has not proved who it is. */
  private record Guard(WebSocketEngine tyrus, Authenticator authenticator)
      implements WebSocketEngine {

    @Override
    public UpgradeInfo upgrade(UpgradeRequest request, UpgradeResponse response) {
      RequestContext context = (RequestContext) request;
      try {
        String header = request.getHeader("Authorization");
        if (header == null || !header.startsWith("Bearer ")) {
          return refuse(response, 401);
        }
        IdentityPrincipal caller =
            new IdentityPrincipal(
                authenticator.authenticate(header.substring("Bearer ".length())),
                context.getRemoteAddr());
        Map<String, List<String>> headers = new TreeMap<>(context.getHeaders());
        RequestContext known = RequestContext.Builder.create(context).userPrincipal(caller).build();
        known.getHeaders().putAll(headers);
        return tyrus.upgrade(known, response);
      } catch (RealtimeException e) {
        return refuse(response, e.code().httpStatus());
      }
    }

    private static UpgradeInfo refuse(UpgradeResponse response, int status) {
      response.setStatus(status);
      return new Refused();
    }

    @Override
    public void register(Class<?> endpoint, String root) throws DeploymentException {
      tyrus.register(endpoint, root);
    }

    @Override
    public void register(ServerEndpointConfig endpoint, String root) throws DeploymentException {
      tyrus.register(endpoint, root);
    }
  }

  /** A handshake that ends with the status in its answer. */
  private record Refused() implements WebSocketEngine.UpgradeInfo {
    @Override
    public WebSocketEngine.UpgradeStatus getStatus() {
      return WebSocketEngine.UpgradeStatus.HANDSHAKE_FAILED;
    }

    @Override
    public Connection createConnection(Writer writer, Connection.CloseListener listener) {
      throw new IllegalStateException("refused");
    }
  }
}
