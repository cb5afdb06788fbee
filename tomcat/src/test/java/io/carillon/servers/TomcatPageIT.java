package io.carillon.servers;

import io.carillon.node.LocalProcesses;

/** {@code docs/tomcat.md}. */
@Server("tomcat")
class TomcatPageIT extends ServerPageContract {
  @Override
  protected void useFreePorts(ServerPage page) {
    page.replace("8080", Integer.toString(LocalProcesses.freePort()));
  }
}
