package io.carillon.rights;

import io.carillon.config.Settings;
import io.carillon.tomcat.TomcatServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** On embedded Tomcat, in this process. */
abstract class TomcatRevocationContract extends RevocationContract {
  private final List<TomcatServer> servers = new ArrayList<>();

  /** Of each server. */
  abstract List<Map<String, String>> settings();

  @Override
  protected List<InetSocketAddress> nodes() {
    settings().forEach(settings -> servers.add(TomcatServer.start(Settings.of(settings))));
    return servers.stream()
        .map(server -> new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))
        .toList();
  }

  @Override
  protected void stopNodes() {
    servers.forEach(TomcatServer::close);
  }
}
