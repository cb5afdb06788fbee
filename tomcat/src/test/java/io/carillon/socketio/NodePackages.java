package io.carillon.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The official JavaScript client, as anybody would install it, and the scripts that use it. */
final class NodePackages {
  private static final Path SCRIPTS = Path.of("src", "test", "socketio");
  private static final Path FOLDER = Path.of("target", "socketio-client").toAbsolutePath();
  private static final int MAX_MINUTES = 5;
  private static boolean installed; // guarded by the class

  private NodePackages() {}

  /** The folder that they are in; installs them the first time. */
  static synchronized Path installed() throws IOException, InterruptedException {
    if (!installed) {
      Files.createDirectories(FOLDER);
      try (Stream<Path> files = Files.list(SCRIPTS)) {
        for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
          Files.copy(file, FOLDER.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      assertThat(runIn(FOLDER, "npm", "ci", "--no-audit", "--no-fund")).contains("packages");
      installed = true;
    }
    return FOLDER;
  }

  /** Runs a command beside them to its end, which must be a good one; returns what it has said. */
  static String run(String... command) throws IOException, InterruptedException {
    return runIn(installed(), command);
  }

  private static String runIn(Path folder, String... command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(MAX_MINUTES, TimeUnit.MINUTES);
    process.destroyForcibly();
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(ended).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
