package io.carillon.browser;

import com.microsoft.playwright.Browser;
import io.carillon.config.Settings;
import io.carillon.tomcat.TomcatServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A server with the demo organization, in its own folder, and a browser beside it. */
final class DemoServer implements AutoCloseable {
  private final Chromium chromium = Chromium.start();
  private final TomcatServer server;

  DemoServer() {
    this(Map.of());
  }

  /**
   * @param more settings beside the usual ones
   */
  DemoServer(Map<String, String> more) {
    try {
      // Below the build's folder: a later clean removes what a file system held on to.
      Path folder = Files.createTempDirectory(Path.of("target"), "browser");
      Map<String, String> settings = new HashMap<>(more);
      settings.put("CARILLON_HTTP_PORT", "0");
      settings.put("CARILLON_DEMO", "true");
      settings.put("CARILLON_DATA_FOLDER", folder.toString());
      server = TomcatServer.start(Settings.of(settings));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Browser browser() {
    return chromium.browser();
  }

  /** Address of the demo page. */
  String page() {
    return "http://127.0.0.1:" + server.port() + "/";
  }

  @Override
  public void close() {
    server.close();
    chromium.close();
  }
}
