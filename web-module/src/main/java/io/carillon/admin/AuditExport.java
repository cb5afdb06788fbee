package io.carillon.admin;

import io.carillon.application.AuditReading;
import io.carillon.domain.audit.AuditEntry;
import io.carillon.domain.audit.AuditQuery;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.IsoTime;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** An audit as a file: a JSON object or a row of comma-separated values (RFC 4180) on each line. */
final class AuditExport {
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "no",
          "at",
          "actor",
          "actorKind",
          "action",
          "channelId",
          "target",
          "before",
          "after",
          "address",
          "reason",
          "hash",
          "previousHash");

  private AuditExport() {}

  /**
   * Writes all lines, a page at a time.
   *
   * @param first the first page
   */
  static void write(
      AuditReading audit,
      Identity by,
      AuditQuery query,
      List<AuditEntry> first,
      boolean csv,
      OutputStream to)
      throws IOException {
    Writer out = new BufferedWriter(new OutputStreamWriter(to, StandardCharsets.UTF_8));
    if (csv) {
      out.write(String.join(",", COLUMNS) + "\r\n");
    }
    List<AuditEntry> page = first;
    while (!page.isEmpty()) {
      for (AuditEntry line : page) {
        out.write(csv ? row(line) : AdminAuditResource.json(line) + "\n");
      }
      page = audit.export(by, query, page.get(page.size() - 1).id());
    }
    out.flush();
  }

  private static String row(AuditEntry line) {
    List<String> values =
        List.of(
            Long.toString(line.id()),
            Long.toString(line.number()),
            IsoTime.text(line.happenedAtMillis()),
            line.actor(),
            line.actorKind().name(),
            line.action(),
            line.channel(),
            line.target(),
            line.before(),
            line.after(),
            line.address(),
            line.reason(),
            line.hash(),
            line.previousHash());
    return String.join(",", values.stream().map(AuditExport::quoted).toList()) + "\r\n";
  }

  /**
   * A value that a spreadsheet takes for text: one that begins like a formula could do something
   * there that its author meant for whoever opens the file.
   */
  private static String quoted(String value) {
    boolean formula = !value.isEmpty() && "=+-@\t\r".indexOf(value.charAt(0)) >= 0;
    return '"' + (formula ? "'" : "") + value.replace("\"", "\"\"") + '"';
  }
}
