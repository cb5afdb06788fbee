package io.carillon.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The README's table of servers: each row is what a run of the tests on that server gave. */
final class ServersTable {
  static final Path README = Path.of("..", "README.md");

  private static final Pattern TABLE =
      Pattern.compile("(?s)(?<=<!-- servers: [^\n]{1,200}\n).*?(?=<!-- /servers -->)");
  private static final String HEAD =
      "| server | version | Jakarta EE | deployed | tests passed |\n|---|---|---|---|---|\n";

  private ServersTable() {}

  /** A server's row, without its line end. */
  static String row(ServerUnderTest.Product product, long passed) {
    return "| %s | %s | %s | `%s` | %d |"
        .formatted(product.name(), product.version(), product.level(), product.artifact(), passed);
  }

  /** The rows of a README's table, without its head. */
  static List<String> rows(String readme) {
    Matcher table = TABLE.matcher(readme);
    if (!table.find()) {
      throw new IllegalStateException("the README has no table of servers between its two marks");
    }
    String text = table.group();
    if (!text.startsWith(HEAD)) {
      throw new IllegalStateException("not the head of the table of servers: " + text);
    }
    return text.substring(HEAD.length()).lines().toList();
  }

  /** The row that begins as this one does; empty if there is none. */
  static String rowLike(String readme, String row) {
    String name = row.substring(0, row.indexOf('|', 2));
    return rows(readme).stream().filter(other -> other.startsWith(name)).findFirst().orElse("");
  }

  /** A README with this row at its place. */
  static String with(String readme, String row) {
    List<String> rows = new ArrayList<>(rows(readme));
    String old = rowLike(readme, row);
    if (old.isEmpty()) {
      rows.add(row);
    } else {
      rows.set(rows.indexOf(old), row);
    }
    String table = HEAD + String.join("\n", rows) + "\n";
    return TABLE.matcher(readme).replaceFirst(Matcher.quoteReplacement(table));
  }

  static String readme() {
    try {
      return Files.readString(README);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
