package io.carillon.servers;

import io.carillon.check.wire.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Counts what became of the tests on one server, and writes it to {@code target/servers/NAME.json}.
 * After a whole run the README's row for it must say the same; {@code -DupdateReadme=true} writes
 * the row anew.
 */
final class ServerResult implements TestWatcher, AfterAllCallback {
  private static final Path FOLDER = Path.of("target", "servers");

  private final AtomicInteger passed = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger skipped = new AtomicInteger();

  @Override
  public void testSuccessful(ExtensionContext context) {
    passed.incrementAndGet();
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    failed.incrementAndGet();
  }

  @Override
  public void testAborted(ExtensionContext context, Throwable cause) {
    skipped.incrementAndGet();
  }

  @Override
  public void testDisabled(ExtensionContext context, Optional<String> reason) {
    skipped.incrementAndGet();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    Server server = context.getRequiredTestClass().getAnnotation(Server.class);
    if (server == null || context.getExecutionException().isPresent()) {
      return;
    }
    ClientsContract contract = (ClientsContract) context.getRequiredTestInstance();
    write(context.getRequiredTestClass().getSimpleName(), contract.product());
    boolean whole = passed.get() >= testsOf(contract.getClass()) && skipped.get() == 0;
    if (!whole || failed.get() > 0) {
      return;
    }
    String row = ServersTable.row(contract.product(), passed.get());
    String readme = ServersTable.readme();
    if (Boolean.getBoolean("updateReadme")) {
      Files.writeString(ServersTable.README, ServersTable.with(readme, row));
    } else if (!ServersTable.rowLike(readme, row).equals(row)) {
      throw new AssertionError(
          "the README's table of servers does not say what the tests found;"
              + " -DupdateReadme=true writes this row: "
              + row);
    }
  }

  private void write(String name, ServerUnderTest.Product product) throws IOException {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("name", product.name());
    result.put("version", product.version());
    result.put("level", product.level());
    result.put("artifact", product.artifact());
    result.put("passed", (long) passed.get());
    result.put("failed", (long) failed.get());
    result.put("skipped", (long) skipped.get());
    Files.createDirectories(FOLDER);
    Files.writeString(FOLDER.resolve(name + ".json"), JsonText.write(result) + "\n");
  }

  /** Methods that are tests, in all groups: fewer have run where only some were chosen. */
  static long testsOf(Class<?> contract) {
    long tests = 0;
    for (Class<?> type = contract; type != Object.class; type = type.getSuperclass()) {
      tests +=
          Arrays.stream(type.getDeclaredMethods())
              .filter(method -> method.isAnnotationPresent(Test.class))
              .count();
      for (Class<?> group : type.getDeclaredClasses()) {
        if (group.isAnnotationPresent(Nested.class)) {
          tests += testsOf(group);
        }
      }
    }
    return tests;
  }
}
