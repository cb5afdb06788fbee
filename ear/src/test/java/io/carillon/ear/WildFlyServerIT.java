package io.carillon.ear;

import io.carillon.servers.Server;
import java.nio.file.Path;

/** The EAR on WildFly. */
@Server("wildfly")
class WildFlyServerIT extends BesideContract {
  @Override
  protected EnterpriseServer enterpriseServer(Path folder) {
    return new WildFly(folder);
  }
}
