package io.carillon.ear;

import io.carillon.servers.ServerContract;
import io.carillon.servers.ServerUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.io.TempDir;

/**
 * What holds on Jakarta EE servers, besides what holds on all: modules of somebody else's use
 * Carillon from inside, the server's own log-in counts, and it knows all threads. The last
 * redeployment of {@link ServerContract} deploys the EAR with the example's modules inside.
 */
abstract class EarContract extends ServerContract {
  static final String USER = "frida";

  private EnterpriseServer server; // null until it is asked for

  final EnterpriseServer enterpriseServer() {
    return server;
  }

  /** As {@link ServerContract#server(Path)}. */
  protected abstract EnterpriseServer enterpriseServer(Path folder) throws IOException;

  @Override
  protected final ServerUnderTest server(Path folder) throws IOException {
    server = enterpriseServer(folder);
    return server;
  }

  @Override
  protected Map<String, String> settings() {
    return Map.of(
        "CARILLON_CONTAINER_ORGANIZATION", "demo",
        "CARILLON_CONTAINER_ROLES", "chat-user=MEMBER",
        "CARILLON_CONTAINER_CREATE_USERS", "true");
  }

  @BeforeAll
  void prepare(@TempDir Path folder) throws IOException {
    server.addUser(USER, "chat-user");
    server.replace(
        ExampleArchives.extended(Deliverables.ear()).writeTo(folder.resolve("extended.ear")));
  }

  @Nested
  @Order(12)
  class Inside extends InsideOnServers {
    Inside() {
      super(EarContract.this::site);
    }
  }

  @Nested
  @Order(13)
  class LogIn extends LogInOnServers {
    LogIn() {
      super(EarContract.this::site);
    }
  }

  @Nested
  @Order(14)
  class Threads extends ThreadsOnServers {
    Threads() {
      super(EarContract.this::site);
    }
  }
}
