package io.carillon.stream;

import java.util.Map;

class DirectEventStreamsIT extends EventStreamsContract {
  @Override
  Map<String, String> settings() {
    return Map.of("CARILLON_STREAMS", "direct");
  }
}
