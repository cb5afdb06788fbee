package io.carillon.check.rest;

import io.carillon.check.client.Tokens;
import io.carillon.config.Settings;
import io.carillon.tomcat.TomcatServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One running server for all tests of the interface, in demo mode, with rates switched off. */
final class RestServer implements AutoCloseable {
  private static final String SECRET = "a secret of the tests, longer than 32 bytes";
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final Path folder;
  private final TomcatServer server;
  private final Contract contract;
  private final Tokens tokens = new Tokens(SECRET);

  private RestServer() throws IOException {
    folder = Files.createTempDirectory("carillon-rest-");
    server =
        TomcatServer.start(
            Settings.of(
                Map.of(
                    "CARILLON_HTTP_PORT", "0",
                    "CARILLON_DEMO", "true",
                    "CARILLON_TOKEN_SECRET", SECRET,
                    "CARILLON_LIMIT_MESSAGES_PER_MINUTE", "0",
                    "CARILLON_DATA_FOLDER", folder.toString())));
    contract = Contract.of(anybody().get("/openapi").text());
  }

  /** Gives tests the server; JUnit stops it at the end of the run. */
  static final class Extension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == RestServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(RestServer.class))
          .computeIfAbsent(
              RestServer.class,
              type -> {
                try {
                  return new RestServer();
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
    }
  }

  int port() {
    return server.port();
  }

  Contract contract() {
    return contract;
  }

  /** Somebody without credentials. */
  Api anybody() {
    return new Api(port(), "");
  }

  /** A member of the demo organization, known from the token alone. */
  Api user(String id) {
    return new Api(port(), tokens.of("demo", id, "MEMBER"));
  }

  Api admin(String id) {
    return new Api(port(), tokens.of("demo", id, "ADMIN"));
  }

  Api userOf(String organization, String id, String role) {
    return new Api(port(), tokens.of(organization, id, role));
  }

  /** Whoever has this token or API key. */
  Api bearer(String credential) {
    return new Api(port(), credential);
  }

  /** A name that no other test uses. */
  static String fresh(String prefix) {
    return prefix + '-' + NAMES.incrementAndGet();
  }

  @Override
  public void close() throws IOException {
    server.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
