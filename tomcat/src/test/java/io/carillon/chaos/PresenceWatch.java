package io.carillon.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.client.Answer;
import io.carillon.check.client.Caller;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.Wire;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/** Asks every node who is online, until all of them know. */
final class PresenceWatch {
  private final Wire wire;
  private final Caller asker;
  private final List<InetSocketAddress> nodes;

  PresenceWatch(Wire wire, Caller asker, List<InetSocketAddress> nodes) {
    this.wire = wire;
    this.asker = asker;
    this.nodes = nodes;
  }

  /** All of these users are online, or all are offline, at every node, before the time is over. */
  void await(Set<String> users, boolean online, Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    for (InetSocketAddress node : nodes) {
      RestClient client = new RestClient(wire, asker.at(node));
      try {
        Set<String> wrong = wrong(client, users, online);
        while (!wrong.isEmpty() && System.nanoTime() < deadline) {
          LockSupport.parkNanos(100_000_000);
          wrong = wrong(client, users, online);
        }
        assertThat(wrong)
            .as("users who are not %s at %s", online ? "online" : "offline", node)
            .isEmpty();
      } finally {
        client.cut();
      }
    }
  }

  private static Set<String> wrong(RestClient client, Set<String> users, boolean online) {
    Answer answer =
        client.post("/api/presence/query", Map.of("userIds", List.copyOf(users))).join();
    Set<String> wrong = new TreeSet<>(users);
    for (Object user : JsonText.asList(answer.orRefused().json().get("users"))) {
      Map<String, Object> state = JsonText.asObject(user);
      if (Boolean.valueOf(online).equals(state.get("online"))) {
        wrong.remove((String) state.get("userId"));
      }
    }
    return wrong;
  }
}
