package io.carillon.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An unpacked server of a test's own, to be set up by its own tools. One thread at a time. */
public final class Installation {
  private static final Duration MAX_COMMAND = Duration.ofMinutes(3); // the machine may be busy

  private final Path home;
  private final Map<String, String> environment = new HashMap<>();

  /**
   * Copies it; libraries, which no set-up changes, are linked.
   *
   * @param distribution as it was unpacked
   * @param home where it is to be
   */
  public Installation(Path distribution, Path home) {
    this.home = home;
    try {
      Files.walkFileTree(distribution, new Copy(distribution, home));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    environment.put("JAVA_HOME", Jdk.own().toString());
  }

  /**
   * A server as the build has unpacked it.
   *
   * @param name of its folder, or how that begins
   */
  public static Path distribution(String name) {
    Path folder = Path.of(System.getProperty("servers.folder", "target/servers")).toAbsolutePath();
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isDirectory)
          .filter(found -> found.getFileName().toString().startsWith(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalStateException(
                      name
                          + " is not in "
                          + folder
                          + ": the build unpacks it before the integration tests"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path home() {
    return home;
  }

  /** A variable of the server's and its tools' environment. */
  public void set(String name, String value) {
    environment.put(name, value);
  }

  /** Puts a file there, in place of another where there is one. */
  public void put(Path file, String at) throws IOException {
    Path to = home.resolve(at);
    Files.createDirectories(to.getParent());
    Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Gives a server that is a Tomcat its one user.
   *
   * @param name also the password
   */
  public void putTomcatUser(String name, String role) throws IOException {
    Files.writeString(
        home.resolve("conf/tomcat-users.xml"),
        """
        <tomcat-users xmlns="http://tomcat.apache.org/xml">
          <user username="%s" password="%s" roles="%s"/>
        </tomcat-users>
        """
            .formatted(name, name, role));
  }

  /** Takes a folder away. */
  public void remove(String folder) throws IOException {
    try (Stream<Path> all = Files.walk(home.resolve(folder))) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private ProcessBuilder builder(Path output, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("CARILLON_"));
    builder.environment().putAll(environment);
    return builder;
  }

  /**
   * Runs one of its tools to the end.
   *
   * @param command its script, as seen from its folder, and arguments
   * @return what it said
   * @throws IllegalStateException if it fails, with that
   */
  public String run(String... command) throws IOException {
    Path output = Files.createTempFile(home, "tool", ".log");
    Process process = builder(output, command(command)).start();
    try {
      if (!process.waitFor(MAX_COMMAND.toSeconds(), TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new IllegalStateException(
            String.join(" ", command) + " does not end: " + text(output));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    String said = text(output);
    if (process.exitValue() != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": " + said);
    }
    return said;
  }

  /** Starts it in a process, which this JVM has to end. */
  Process start(Path output, String... command) throws IOException {
    return builder(output, command(command)).start();
  }

  private List<String> command(String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    if (all.get(0).endsWith(".sh") || all.get(0).startsWith("bin/")) {
      all.set(0, home.resolve(all.get(0)).toString());
      all.add(0, "sh"); // whether unpacking has kept it executable or not
    }
    return all;
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file);
  }

  private static final class Copy extends SimpleFileVisitor<Path> {
    private final Path from;
    private final Path to;

    Copy(Path from, Path to) {
      this.from = from;
      this.to = to;
    }

    private Path target(Path path) {
      return to.resolve(from.relativize(path).toString());
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      Files.createDirectories(target(folder));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (file.toString().endsWith(".jar")) {
        link(file);
      } else {
        Files.copy(file, target(file), StandardCopyOption.COPY_ATTRIBUTES);
      }
      return FileVisitResult.CONTINUE;
    }

    private void link(Path file) throws IOException {
      try {
        Files.createLink(target(file), file);
      } catch (IOException | UnsupportedOperationException e) {
        Files.copy(file, target(file)); // on another disk
      }
    }
  }
}
