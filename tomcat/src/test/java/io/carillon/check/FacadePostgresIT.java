package io.carillon.check;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class FacadePostgresIT extends FacadeContract {
  @TempDir static Path folder;
  private static PostgresServer postgres;
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    postgres = new PostgresServer(folder);
    node =
        TestBeans.in(
            () -> TestNode.on(postgres.url(), PostgresServer.user(), folder, Map.of()), Shop.class);
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
    postgres.close();
  }

  @Override
  TestNode node() {
    return node;
  }
}
