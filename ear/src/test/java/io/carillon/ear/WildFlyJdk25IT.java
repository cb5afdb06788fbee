package io.carillon.ear;

import io.carillon.servers.ClientsContract;
import io.carillon.servers.Jdk;
import io.carillon.servers.Server;
import io.carillon.servers.ServerUnderTest;
import java.nio.file.Path;

/** The EAR on WildFly, on a newer JDK than it is built with. */
@Server("wildfly")
class WildFlyJdk25IT extends ClientsContract {
  @Override
  protected ServerUnderTest server(Path folder) {
    return new WildFly(folder, Jdk.newer(), "WildFly, JDK 25");
  }
}
