package io.carillon.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.node.LocalProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of {@code docs/tomcat.md}, as a reader would. */
@DisabledIfSystemProperty(named = "skipServers", matches = "true|")
class TomcatPageIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern COMMANDS = Pattern.compile("(?s)```sh\n(.*?)```");
  private static final Pattern DOWNLOAD =
      Pattern.compile("mvn [^\n]*\nunzip -q tomcat-([0-9.]+)\\.zip\n");
  private static final int MAX_MINUTES = 4;

  @TempDir Path folder;

  /** What the page has started must not outlive the test. */
  @AfterEach
  void end() throws IOException {
    Path pid = folder.resolve("chat").resolve("tomcat.pid");
    if (Files.exists(pid)) {
      ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void goesFromTheDownloadToTheFirstMessage() throws Exception {
    Path script = folder.resolve("commands.sh");
    Files.writeString(script, commands());
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-e", script.toString())
            .directory(ROOT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("CARILLON_"));
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process shell = builder.start();
    boolean ended = shell.waitFor(MAX_MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
    }
    String said = Files.readString(output);
    assertThat(ended).as(said).isTrue();
    assertThat(shell.exitValue()).as(said).isZero();
    assertThat(said).contains("\"status\":\"UP\"", "data: {", "\"content\":\"hello\"");
    assertThat(folder.resolve("chat").resolve("tomcat.pid")).doesNotExist(); // it has stopped
  }

  /** The page's commands, in one script, with the two replacements that it tells of. */
  private static String commands() throws IOException {
    Matcher blocks = COMMANDS.matcher(Files.readString(ROOT.resolve("docs/tomcat.md")));
    StringBuilder all = new StringBuilder();
    while (blocks.find()) {
      all.append(blocks.group(1));
    }
    Matcher download = DOWNLOAD.matcher(all);
    assertThat(download.find()).as("a download").isTrue();
    Path unpacked = StockTomcat.distribution();
    assertThat(unpacked.getFileName()).hasToString("apache-tomcat-" + download.group(1));
    return download
        .replaceFirst(Matcher.quoteReplacement("cp -r " + unpacked + " .\n"))
        .replace("8080", Integer.toString(LocalProcesses.freePort()));
  }
}
