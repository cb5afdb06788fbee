package io.carillon.ear;

import io.carillon.node.LocalProcesses;
import io.carillon.servers.Server;
import io.carillon.servers.ServerPage;
import io.carillon.servers.ServerPageContract;

/** {@code docs/wildfly.md}. */
@Server("wildfly")
class WildFlyPageIT extends ServerPageContract {
  @Override
  protected void useFreePorts(ServerPage page) {
    String port = Integer.toString(LocalProcesses.freePort());
    page.replace("8080", port);
    // WildFly takes the values of its own settings from variables of such names.
    page.set("JBOSS_HTTP_PORT", port);
    page.set("JBOSS_HTTPS_PORT", Integer.toString(LocalProcesses.freePort()));
    String management = Integer.toString(LocalProcesses.freePort());
    page.set("JBOSS_MANAGEMENT_HTTP_PORT", management);
    page.before("bin/jboss-cli.sh --file", "sed -i s/9990/" + management + "/ bin/jboss-cli.xml");
  }
}
