package io.carillon.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.opentest4j.TestAbortedException;

/** A JDK that servers are run on. */
public final class Jdk {
  private static final Path FOLDER = Path.of("/usr/lib/jvm"); // of Linux distributions

  private Jdk() {}

  /** That of the tests. */
  public static Path own() {
    return Path.of(System.getProperty("java.home"));
  }

  /**
   * JDK 25, which {@code -Djdk25=FOLDER} names, or which is where Linux distributions put it.
   *
   * @throws TestAbortedException if there is none
   */
  public static Path newer() {
    String named = System.getProperty("jdk25", "");
    if (!named.isEmpty()) {
      return Path.of(named);
    }
    if (Files.isDirectory(FOLDER)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(FOLDER)) {
        for (Path jdk : all) {
          if (is25(jdk)) {
            return jdk;
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new TestAbortedException("no JDK 25 here; -Djdk25=FOLDER names one");
  }

  private static boolean is25(Path jdk) throws IOException {
    Path release = jdk.resolve("release");
    return Files.isRegularFile(release) && Files.readString(release).contains("JAVA_VERSION=\"25");
  }
}
