package io.carillon.servers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a server's page says is true. A subclass says which, with {@link Server}. */
@ExtendWith(ChosenServers.class)
public abstract class ServerPageContract {
  @TempDir Path folder;

  /** Has the server listen on free ports. */
  protected abstract void useFreePorts(ServerPage page) throws IOException;

  @Test
  void goesFromTheDownloadToTheFirstMessageAndStops() throws Exception {
    String name = getClass().getAnnotation(Server.class).value();
    try (ServerPage page = new ServerPage(name, folder)) {
      useFreePorts(page);
      page.run();
      await().atMost(Duration.ofSeconds(20)).until(() -> !page.isRunning());
    }
  }
}
