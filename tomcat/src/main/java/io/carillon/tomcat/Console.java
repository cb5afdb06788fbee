package io.carillon.tomcat;

import io.carillon.config.Settings;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What a person at the terminal reads; everything else goes to the log. */
final class Console {
  /** The body of the login that the welcome suggests. */
  static final String LOGIN = "{\"userId\":\"alice\",\"password\":\"alice\"}";

  private static final int FAILURE = 1;
  private static final int INVALID_SETTINGS = 2;

  private Console() {}

  static void welcome(Settings settings, int port, long startNanos) {
    String address = address(settings.http().host(), port);
    PrintStream out = System.out;
    out.println();
    out.printf(Locale.ROOT, "Carillon is ready after %.1f s: %s%n", startNanos / 1e9, address);
    if (settings.demo().enabled()) {
      out.println(
          "Demo accounts: alice, bob, carol (members) and admin; the password is the name.");
      out.println("Try it:");
      out.println(
          "  curl -s -H 'Content-Type: application/json'"
              + " -d '"
              + LOGIN
              + "' "
              + address
              + "/api/login");
    }
    out.println("Ctrl-C stops it.");
    out.println();
    out.flush();
  }

  /** Tells why the settings do not do, and ends the process. */
  static void refuse(List<String> faults) {
    System.err.println("Carillon does not start with these settings:");
    faults.forEach(fault -> System.err.println("  " + fault));
    System.exit(INVALID_SETTINGS);
  }

  /** Repeats the reason below the log's stack trace, and ends the process. */
  static void fail(String reason) {
    System.err.println("Carillon does not start: " + reason);
    System.exit(FAILURE);
  }

  private static String address(String host, int port) {
    String shown =
        switch (host) {
          case "0.0.0.0", "::" -> "localhost";
          default -> host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        };
    return "http://" + shown + ":" + port;
  }
}
