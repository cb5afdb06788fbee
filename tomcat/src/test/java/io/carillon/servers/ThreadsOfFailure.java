package io.carillon.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What the server's threads are doing when a test has failed, in {@code target/threads}: a server
 * that does not answer tells nothing else.
 */
final class ThreadsOfFailure implements AfterTestExecutionCallback {
  private final Supplier<Site> site;

  ThreadsOfFailure(Supplier<Site> site) {
    this.site = site;
  }

  @Override
  public void afterTestExecution(ExtensionContext test) throws IOException, InterruptedException {
    if (test.getExecutionException().isEmpty() || site.get() == null) {
      return;
    }
    ServerUnderTest server = site.get().server();
    Path folder = Files.createDirectories(Path.of("target", "threads"));
    Path file = folder.resolve(server.product().name() + "-" + test.getDisplayName() + ".txt");
    new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(server.process().pid()),
            "Thread.print",
            "-l")
        .redirectErrorStream(true)
        .redirectOutput(file.toFile())
        .start()
        .waitFor();
    System.out.println("the server's threads: " + file.toAbsolutePath());
  }
}
