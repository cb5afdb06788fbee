package io.carillon.ear;

import io.carillon.node.LocalProcesses;
import io.carillon.servers.Server;
import io.carillon.servers.ServerPage;
import io.carillon.servers.ServerPageContract;

/** {@code docs/payara.md}. */
@Server("payara")
class PayaraPageIT extends ServerPageContract {
  private static final String DOMAIN = "payara6/glassfish/domains/domain1/config/domain.xml";

  @Override
  protected void useFreePorts(ServerPage page) {
    int http = LocalProcesses.freePort();
    int admin = LocalProcesses.freePort();
    page.replace("8080", Integer.toString(http));
    page.set("AS_ADMIN_PORT", Integer.toString(admin)); // for its tool
    StringBuilder edits = new StringBuilder(edit("8080", http)).append(edit("4848", admin));
    for (String port : Payara.OTHER_PORTS) {
      edits.append(edit(port, LocalProcesses.freePort()));
    }
    page.before("payara6/bin/asadmin start-domain", "sed -i '" + edits + "' " + DOMAIN);
  }

  private static String edit(String port, int by) {
    return "s/\"" + port + "\"/\"" + by + "\"/;";
  }
}
