package io.carillon.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The commands of a server's page below {@code docs/}, run as a reader would, from the download to
 * the stop, in a folder that is the reader's home. Each page tells of the differences: downloads
 * are copies of the files that the build has had already, and ports are free ones. One thread.
 */
public final class ServerPage implements AutoCloseable {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern COMMANDS = Pattern.compile("(?s)```sh\n(.*?)```");
  private static final String DATABASE = "jdbc:postgresql://127.0.0.1/carillon";
  private static final int MAX_MINUTES = 6; // the machine may be busy

  /** Stands for Maven, of which a page wants files only that the build wanted too. */
  private static final String DOWNLOAD =
      """
      #!/bin/sh
      for word; do
          case $word in -Dartifact=*) artifact=${word#-Dartifact=} ;; esac
      done
      IFS=:
      set -- $artifact
      unset IFS
      cp "$BUILD_REPOSITORY/$(echo "$1" | tr . /)/$2/$3/$2-$3${5:+-$5}.${4:-jar}" .
      """;

  private final String name;
  private final Path home;
  private final Map<String, String> environment = new HashMap<>();
  private PostgresServer postgres; // null unless the page asks for one
  private String commands;

  /**
   * Reads it.
   *
   * @param name of the page's file, without its ending
   * @param home empty, of this page alone
   */
  public ServerPage(String name, Path home) throws IOException {
    this.name = name;
    this.home = home;
    Matcher blocks = COMMANDS.matcher(Files.readString(ROOT.resolve("docs/" + name + ".md")));
    StringBuilder all = new StringBuilder();
    while (blocks.find()) {
      all.append(blocks.group(1));
    }
    commands = all.toString();
    Path tools = Files.createDirectory(home.resolve("tools"));
    Path maven = Files.writeString(tools.resolve("mvn"), DOWNLOAD);
    assertThat(maven.toFile().setExecutable(true)).isTrue();
    set("PATH", tools + ":" + System.getenv("PATH"));
    set("HOME", home.toString());
    set("JAVA_HOME", Jdk.own().toString());
    set("BUILD_REPOSITORY", System.getProperty("maven.repository"));
    if (commands.contains(DATABASE)) {
      startPostgres();
    }
  }

  private void startPostgres() throws IOException {
    postgres = new PostgresServer(home);
    String url = postgres.url();
    try (Connection connection = DriverManager.getConnection(url, PostgresServer.user(), "");
        Statement statement = connection.createStatement()) {
      statement.execute("create role carillon login password 'secret'");
      statement.execute("create database carillon owner carillon");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    replace(DATABASE, DATABASE.replace("127.0.0.1", "127.0.0.1:" + postgres.address().getPort()));
  }

  /** A variable of the environment that the commands run in. */
  public void set(String name, String value) {
    environment.put(name, value);
  }

  /** Has something else said in the commands, wherever it stands. */
  public void replace(String text, String by) {
    assertThat(commands).contains(text);
    commands = commands.replace(text, by);
  }

  /** Has something done before a command, which is named by its beginning. */
  public void before(String command, String more) {
    replace("\n" + command, "\n" + more + "\n" + command);
  }

  /** Runs them. None may fail, and the message must have been heard. */
  public void run() throws IOException, InterruptedException {
    Path script = Files.writeString(home.resolve("commands.sh"), commands);
    Path output = home.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-e", script.toString())
            .directory(ROOT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("CARILLON_"));
    builder.environment().putAll(environment);
    long began = System.nanoTime();
    Process shell = builder.start();
    boolean ended = shell.waitFor(MAX_MINUTES, TimeUnit.MINUTES);
    String said = Files.readString(output);
    assertThat(ended).as(said).isTrue();
    assertThat(shell.exitValue()).as(said).isZero();
    assertThat(said).contains("\"status\":\"UP\"", "data: {", "\"content\":\"hello\"");
    System.out.printf(
        "docs/%s.md: from the download to the stop in %.1f s%n", name, Site.secondsSince(began));
  }

  /** Whether something that the commands have started still runs. */
  public boolean isRunning() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.anyMatch(this::isOurs);
    }
  }

  private boolean isOurs(ProcessHandle process) {
    try {
      Path file = Path.of("/proc", Long.toString(process.pid()), "environ");
      String variables = Files.readString(file, StandardCharsets.ISO_8859_1);
      return ('\0' + variables).contains("\0HOME=" + home + '\0');
    } catch (IOException e) {
      return false; // somebody else's, or it has ended
    }
  }

  /** Ends whatever the commands have left. */
  @Override
  public void close() throws IOException {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      all.filter(this::isOurs).forEach(ProcessHandle::destroyForcibly);
    }
    if (postgres != null) {
      postgres.close();
    }
  }
}
