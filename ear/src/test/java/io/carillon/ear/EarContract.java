package io.carillon.ear;

import io.carillon.servers.ServerContract;
import io.carillon.servers.ServerUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;

/** What holds on Jakarta EE servers, besides what holds on all: they know all threads. */
abstract class EarContract extends ServerContract {
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

  @Nested
  @Order(14)
  class Threads extends ThreadsOnServers {
    Threads() {
      super(EarContract.this::site);
    }
  }
}
