package io.carillon.stream;

import java.util.Map;

class ServletEventStreamsIT extends EventStreamsContract {
  @Override
  Map<String, String> settings() {
    return Map.of("CARILLON_STREAMS", "servlet");
  }
}
