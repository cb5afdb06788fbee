package io.carillon.ear;

import io.carillon.servers.Server;
import java.nio.file.Path;

/** The EAR on Payara. */
@Server("payara")
class PayaraServerIT extends BesideContract {
  @Override
  protected EnterpriseServer enterpriseServer(Path folder) {
    return new Payara(folder);
  }
}
