package io.carillon.ear;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same where other applications can use Carillon, beside it and inside, and the server's own
 * log-in counts. The last redeployment of {@link io.carillon.servers.ServerContract} deploys the
 * EAR with the example's modules inside.
 */
abstract class BesideContract extends EarContract {
  static final String USER = "frida";

  @Override
  protected Map<String, String> settings() {
    return Map.of(
        "CARILLON_CONTAINER_ORGANIZATION", "demo",
        "CARILLON_CONTAINER_ROLES", "chat-user=MEMBER",
        "CARILLON_CONTAINER_CREATE_USERS", "true");
  }

  @BeforeAll
  void prepare(@TempDir Path folder) throws IOException {
    Path shop = ExampleArchives.shop().writeTo(folder.resolve("shop.war"));
    enterpriseServer().deploy(shop, "shop");
    enterpriseServer().addUser(USER, "chat-user");
    enterpriseServer()
        .replace(
            ExampleArchives.extended(Deliverables.ear()).writeTo(folder.resolve("extended.ear")));
  }

  @Nested
  @Order(5)
  class Beside extends BesideOnServers {
    Beside() {
      super(BesideContract.this::site);
    }
  }

  @Nested
  @Order(12)
  class Inside extends InsideOnServers {
    Inside() {
      super(BesideContract.this::site);
    }
  }

  @Nested
  @Order(13)
  class LogIn extends LogInOnServers {
    LogIn() {
      super(BesideContract.this::site);
    }
  }
}
