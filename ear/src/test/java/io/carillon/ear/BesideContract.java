package io.carillon.ear;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.io.TempDir;

/** The same, and an application of its own beside Carillon calls it. */
abstract class BesideContract extends EarContract {
  @BeforeAll
  void deployShop(@TempDir Path folder) throws IOException {
    Path shop = ExampleArchives.shop().writeTo(folder.resolve("shop.war"));
    enterpriseServer().deploy(shop, "shop");
  }

  @Nested
  @Order(5)
  class Beside extends BesideOnServers {
    Beside() {
      super(BesideContract.this::site);
    }
  }
}
