package io.carillon.ear;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.servers.HeardSocket;
import io.carillon.servers.OnServers;
import io.carillon.servers.Site;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every thread that Carillon starts is made by the server's managed factory. */
abstract class ThreadsOnServers extends OnServers {
  /** For a server's JVM: it remembers who starts a thread. */
  static final String WATCH =
      "-XX:StartFlightRecording:name=threads,settings=none,"
          + "+jdk.ThreadStart#enabled=true,+jdk.ThreadStart#stackTrace=true";

  /** The begin of a Java thread's entry in a dump; the JVM's own have no number. */
  private static final Pattern THREAD = Pattern.compile("(?m)^\"(.*)\" #\\d+");

  /** Instances and name of a class. */
  private static final Pattern MANAGED =
      Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+ +\\S*ManagedThread(?: .*)?$");

  /** Code of ours, and of the libraries that come with it; the driver is the server's. */
  private static final List<String> OURS =
      List.of(
          "io.carillon.",
          "redis.clients.",
          "org.apache.commons.pool2.",
          "com.nimbusds.",
          "io.micrometer.",
          "io.prometheus.",
          "org.flywaydb.");

  ThreadsOnServers(Supplier<Site> place) {
    super(place);
  }

  private static Stream<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(result -> result.group(1));
  }

  private void work() {
    String channel = site().chat();
    HeardSocket socket = socket("bob");
    socket.join(channel);
    stream("bob", Site.events(channel));
    IntStream.range(0, 20).forEach(i -> site().say("alice", channel, "m" + i));
  }

  @Test
  void areOfTheServersFactory() {
    work();
    List<String> ours =
        found(THREAD, site().jcmd("Thread.print"))
            .filter(name -> name.startsWith("carillon-"))
            .toList();
    assertThat(ours)
        .contains("carillon-timer-1", "carillon-hub-0", "carillon-log-0", "carillon-presence")
        .contains("carillon-rights", "carillon-bus-in", "carillon-bus-out");
    long managed =
        found(MANAGED, site().jcmd("GC.class_histogram")).mapToLong(Long::parseLong).sum();
    // One that has done nothing for a while may have ended in between.
    assertThat(managed).isGreaterThanOrEqualTo(ours.size() - 2);
  }

  /** Since the server began: while it was deployed, and in all other tests. */
  @Test
  void noneIsStartedBesides(@TempDir Path folder) throws IOException {
    work();
    Path file = folder.resolve("threads.jfr");
    site().jcmd("JFR.dump", "name=threads", "filename=" + file);
    List<String> started =
        RecordingFile.readAllEvents(file).stream()
            .filter(ThreadsOnServers::isOurs)
            .map(event -> event.getThread("thread").getJavaName())
            .filter(Objects::nonNull)
            .toList();
    System.out.println("threads that Carillon has started: " + new TreeSet<>(started));
    assertThat(started)
        .contains("carillon-timer-1", "carillon-hub-0")
        .allMatch(name -> name.startsWith("carillon-"));
  }

  private static boolean isOurs(RecordedEvent event) {
    RecordedStackTrace stack = event.getStackTrace();
    return stack != null
        && stack.getFrames().stream()
            .map(frame -> frame.getMethod().getType().getName())
            .filter(name -> !name.startsWith("java."))
            .findFirst()
            .filter(name -> OURS.stream().anyMatch(name::startsWith))
            .isPresent();
  }
}
