package io.carillon.check;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class FacadeIT extends FacadeContract {
  @TempDir static Path folder;
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestBeans.in(() -> TestNode.onH2(folder, Map.of()), Shop.class);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Override
  TestNode node() {
    return node;
  }
}
