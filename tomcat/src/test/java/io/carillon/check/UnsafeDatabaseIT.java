package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.check.client.RestClient;
import io.carillon.check.wire.Wire;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node does not start on a database that may lose what it was told to keep. */
class UnsafeDatabaseIT {
  private static final String ALLOW = "CARILLON_DATABASE_ALLOW_UNSAFE";

  @TempDir Path folder;
  private PostgresServer postgres;

  @AfterEach
  void stop() throws Exception {
    if (postgres != null) {
      postgres.close();
    }
  }

  private TestNode node(boolean allowUnsafe) {
    Map<String, String> settings = new HashMap<>();
    settings.put(ALLOW, Boolean.toString(allowUnsafe));
    return TestNode.on(postgres.url(), PostgresServer.user(), folder, settings);
  }

  @Test
  void refusesOneThatDoesNotFlush() throws Exception {
    postgres =
        new PostgresServer(
            folder,
            Map.of("fsync", "off", "full_page_writes", "off", "synchronous_commit", "local"));
    assertThatThrownBy(() -> node(false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("fsync, full_page_writes;")
        .hasMessageContaining(ALLOW + "=true");
  }

  @Test
  void refusesOneThatCommitsLaterUnlessToldOtherwise() throws Exception {
    postgres = new PostgresServer(folder, Map.of("synchronous_commit", "off"));
    assertThatThrownBy(() -> node(false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(": synchronous_commit;")
        .hasMessageContaining(ALLOW + "=true");
    try (Wire wire = new Wire("clients");
        TestNode node = node(true)) {
      RestClient client = new RestClient(wire, node.member("demo", "ann"));
      assertThat(client.get("/api/me").orTimeout(30, TimeUnit.SECONDS).join().status())
          .isEqualTo(200);
    }
  }

  @Test
  void refusesAStandbyWhateverItIsTold() throws Exception {
    postgres = new PostgresServer(folder);
    postgres.stop();
    postgres.startAsStandby();
    assertThatThrownBy(() -> node(true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("standby")
        .hasMessageContaining("CARILLON_DATABASE_URL");
  }
}
