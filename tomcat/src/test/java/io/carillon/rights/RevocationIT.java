package io.carillon.rights;

import java.util.List;
import java.util.Map;

/** Straight on Tomcat's sockets, as the runnable jar does it. */
class RevocationIT extends TomcatRevocationContract {
  @Override
  protected String name() {
    return "direct";
  }

  @Override
  List<Map<String, String>> settings() {
    Map<String, String> settings = World.settings(folder.resolve(name()));
    settings.put("CARILLON_WEBSOCKET", "direct");
    settings.put("CARILLON_STREAMS", "direct");
    return List.of(settings);
  }
}
