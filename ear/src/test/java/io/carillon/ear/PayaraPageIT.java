package io.carillon.ear;

import io.carillon.node.LocalProcesses;
import io.carillon.servers.Server;
import io.carillon.servers.ServerPage;
import io.carillon.servers.ServerPageContract;

/** {@code docs/payara.md}. */
@Server("payara")
class PayaraPageIT extends ServerPageContract {
  private static final String DOMAIN = "payara6/glassfish/domains/domain1/config/domain.xml";
  private static final int HTTP = 8080;
  private static final int ADMIN = 4848;
  private static final int[] OTHERS = {8181, 8686, 7676, 3700, 3820, 3920};

  @Override
  protected void useFreePorts(ServerPage page) {
    int http = LocalProcesses.freePort();
    int admin = LocalProcesses.freePort();
    page.replace(Integer.toString(HTTP), Integer.toString(http));
    page.set("AS_ADMIN_PORT", Integer.toString(admin)); // for its tool
    StringBuilder edits = new StringBuilder(edit(HTTP, http)).append(edit(ADMIN, admin));
    for (int port : OTHERS) {
      edits.append(edit(port, LocalProcesses.freePort()));
    }
    page.before("payara6/bin/asadmin start-domain", "sed -i '" + edits + "' " + DOMAIN);
  }

  private static String edit(int port, int by) {
    return "s/\"" + port + "\"/\"" + by + "\"/;";
  }
}
