package io.carillon.ear;

import io.carillon.node.LocalProcesses;
import io.carillon.servers.Server;
import io.carillon.servers.ServerPage;
import io.carillon.servers.ServerPageContract;

/** {@code docs/tomee.md}. */
@Server("tomee")
class TomEePageIT extends ServerPageContract {
  private static final String FILE = "apache-tomee-plus-9.0.0/conf/server.xml";

  @Override
  protected void useFreePorts(ServerPage page) {
    int port = LocalProcesses.freePort();
    page.replace("8080", Integer.toString(port));
    page.before(
        "apache-tomee-plus-9.0.0/bin/catalina.sh start",
        "sed -i 's/\"8080\"/\"%d\"/;s/\"8005\"/\"%d\"/' %s"
            .formatted(port, LocalProcesses.freePort(), FILE));
  }
}
