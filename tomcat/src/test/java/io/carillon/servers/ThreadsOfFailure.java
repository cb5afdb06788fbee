package io.carillon.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

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
  public void afterTestExecution(ExtensionContext test) throws IOException {
    Throwable failure = test.getExecutionException().orElse(null);
    if (failure == null || failure instanceof TestAbortedException || site.get() == null) {
      return;
    }
    Path folder = Files.createDirectories(Path.of("target", "threads"));
    String product = site.get().server().product().name();
    Path file = folder.resolve(product + "-" + test.getDisplayName() + ".txt");
    Files.writeString(file, site.get().jcmd("Thread.print", "-l"));
    System.out.println("the server's threads: " + file.toAbsolutePath());
  }
}
