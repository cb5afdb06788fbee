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
 * What holds on every server. A subclass says which, with {@link Server} and {@link #server}; it is
 * started once, and stopped in the end.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
@ExtendWith({ChosenServers.class, ServerResult.class})
public abstract class ServerContract {
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
      super(ServerContract.this::site);
    }
  }

  @Nested
  @Order(2)
  class Streams extends StreamsOnServers {
    Streams() {
      super(ServerContract.this::site);
    }
  }

  @Nested
  @Order(3)
  class Sockets extends SocketsOnServers {
    Sockets() {
      super(ServerContract.this::site);
    }
  }

  @Nested
  @Order(4)
  class Rights extends RightsOnServers {
    Rights() {
      super(ServerContract.this::site);
    }
  }

  @Nested
  @Order(6)
  class ConcurrentSends extends ConcurrentSendsOnServers {
    ConcurrentSends() {
      super(ServerContract.this::site);
    }
  }

  @Nested
  @Order(7)
  class GoneClients extends GoneClientsOnServers {
    GoneClients() {
      super(ServerContract.this::site);
    }
  }

  @Nested
  @Order(8)
  class ForeignBytes extends ForeignBytesOnServers {
    ForeignBytes() {
      super(ServerContract.this::site);
    }
  }

  @Nested
  @Order(9)
  class SlowReaders extends SlowReadersOnServers {
    SlowReaders() {
      super(ServerContract.this::site);
    }
  }

  @Nested
  @Order(10)
  class Database extends DatabaseOnServers {
    Database() {
      super(ServerContract.this::site);
    }
  }

  /** The last, since the application is another after it. */
  @Nested
  @Order(11)
  class Record extends RecordOnServers {
    Record() {
      super(ServerContract.this::site);
    }
  }
}
