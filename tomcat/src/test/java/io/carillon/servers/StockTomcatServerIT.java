package io.carillon.servers;

import java.nio.file.Path;

/** The WAR on a stock Tomcat, under a path; {@link TomcatPageIT} has it at the root. */
@Server("tomcat")
class StockTomcatServerIT extends ServerContract {
  @Override
  protected ServerUnderTest server(Path folder) {
    return new StockTomcat(folder, "/messaging");
  }
}
