package io.carillon.rights;

import java.util.List;
import java.util.Map;

/** Through what the container implements, as on other servers. */
class JakartaRevocationIT extends TomcatRevocationContract {
  @Override
  protected String name() {
    return "jakarta";
  }

  @Override
  List<Map<String, String>> settings() {
    Map<String, String> settings = World.settings(folder.resolve(name()));
    settings.put("CARILLON_WEBSOCKET", "jakarta");
    settings.put("CARILLON_STREAMS", "servlet");
    return List.of(settings);
  }
}
