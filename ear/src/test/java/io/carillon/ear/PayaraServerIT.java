package io.carillon.ear;

import io.carillon.servers.Server;
import io.carillon.servers.ServerContract;
import io.carillon.servers.ServerUnderTest;
import java.nio.file.Path;

/** The EAR on Payara. */
@Server("payara")
class PayaraServerIT extends ServerContract {
  @Override
  protected ServerUnderTest server(Path folder) {
    return new Payara(folder);
  }
}
