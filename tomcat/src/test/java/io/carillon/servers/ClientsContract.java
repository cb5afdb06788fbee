package io.carillon.servers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What clients meet on every server: requests, streams, sockets, rights. A subclass says which
 * server, with {@link Server} and {@link #server}; it is started once, and stopped in the end.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
@ExtendWith({ChosenServers.class, ServerResult.class})
public abstract class ClientsContract {
  private ServerUnderTest server;
  private Site site;

  /**
   * Not started yet.
   *
   * @param folder of its own
   */
  protected abstract ServerUnderTest server(Path folder) throws IOException;

  /** What is set beside what all servers are started with. */
  protected Map<String, String> settings() {
    return Map.of();
  }

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    server = server(folder);
    try {
      site = new Site(server, folder, settings());
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  @AfterAll
  void stop() throws IOException {
    if (site != null) {
      site.close();
    }
  }

  final ServerUnderTest.Product product() {
    return server.product();
  }

  /** The server and who uses it; null before it is started. */
  protected final Site site() {
    return site;
  }

  @Nested
  @Order(1)
  class Rest extends RestOnServers {
    Rest() {
      super(ClientsContract.this::site);
    }
  }

  @Nested
  @Order(2)
  class Streams extends StreamsOnServers {
    Streams() {
      super(ClientsContract.this::site);
    }
  }

  @Nested
  @Order(3)
  class Sockets extends SocketsOnServers {
    Sockets() {
      super(ClientsContract.this::site);
    }
  }

  @Nested
  @Order(4)
  class Rights extends RightsOnServers {
    Rights() {
      super(ClientsContract.this::site);
    }
  }
}
