package io.carillon.ear;

import io.carillon.example.desk.Journal;
import io.carillon.example.desk.web.DeskServlet;
import io.carillon.example.shop.Orders;
import io.carillon.example.staff.StaffPage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The example applications, as their users' build would package them. */
final class ExampleArchives {
  private static final Path FILES = Path.of("src", "test", "example");
  private static final String CLASSES = "WEB-INF/classes/";
  private static final String DESCRIPTOR = "META-INF/application.xml";

  private static final String MODULES =
      """
        <module>
          <ejb>desk.jar</ejb>
        </module>
        <module>
          <web>
            <web-uri>desk.war</web-uri>
            <context-root>/desk</context-root>
          </web>
        </module>
      """;

  private ExampleArchives() {}

  /** The application beside Carillon's. */
  static Archive shop() {
    return new Archive()
        .putAll(FILES.resolve("shop"))
        .putPackage(CLASSES, Orders.class)
        .putInto("WEB-INF/lib/", Deliverables.clientJar());
  }

  /** Carillon's EAR with the help desk's two modules, and with a page that asks for a login. */
  static Archive extended(Path ear) {
    Archive archive = Archive.of(ear);
    String descriptor = new String(archive.file(DESCRIPTOR), StandardCharsets.UTF_8);
    Archive carillon =
        Archive.of(archive.file("carillon.war"))
            .putAll(FILES.resolve("staff"))
            .putPackage(CLASSES, StaffPage.class);
    return archive
        .put(DESCRIPTOR, text(descriptor.replaceFirst("(?=  <library-directory>)", MODULES)))
        .put("carillon.war", carillon)
        .put("desk.jar", deskModule())
        .put("desk.war", deskFront());
  }

  private static Archive deskModule() {
    return new Archive()
        .put("META-INF/MANIFEST.MF", text("Manifest-Version: 1.0\nClass-Path: carillon-ejb.jar\n"))
        .putAll(FILES.resolve("desk-module"))
        .putPackage("", Journal.class);
  }

  private static Archive deskFront() {
    return new Archive()
        .put(
            "META-INF/MANIFEST.MF",
            text("Manifest-Version: 1.0\nClass-Path: carillon-ejb.jar desk.jar\n"))
        .putAll(FILES.resolve("desk"))
        .putPackage(CLASSES, DeskServlet.class);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
