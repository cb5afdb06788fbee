package io.carillon.ear;

import io.carillon.servers.Server;
import java.nio.file.Path;

/** The EAR on TomEE. */
@Server("tomee")
class TomEeServerIT extends EarContract {
  @Override
  protected EnterpriseServer enterpriseServer(Path folder) {
    return new TomEe(folder);
  }
}
