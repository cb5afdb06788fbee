package io.carillon.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.MixedRun;
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
  /** They are connected, so a node may have to hear of it only. */
  private static final Duration MAX_ARRIVAL = Duration.ofSeconds(25);

  /** What a dead node had entered runs out after a minute. */
  private static final Duration MAX_DEPARTURE = Duration.ofSeconds(65);

  private final Wire wire;
  private final ChaosCluster cluster;
  private final Set<String> users;

  PresenceWatch(Wire wire, ChaosCluster cluster, MixedRun.Size size) {
    this.wire = wire;
    this.cluster = cluster;
    this.users = ChaosCluster.connected(size);
  }

  /** Every node says of all users that they are online, before long. */
  void awaitAll() {
    await(true, MAX_ARRIVAL);
  }

  /** Every node says of all users that they are offline, before long. */
  void awaitNobody() {
    await(false, MAX_DEPARTURE);
  }

  private void await(boolean online, Duration atMost) {
    Caller asker = cluster.caller("watch", "MEMBER");
    long deadline = System.nanoTime() + atMost.toNanos();
    for (InetSocketAddress node : cluster.addresses()) {
      RestClient client = new RestClient(wire, asker.at(node));
      try {
        Set<String> wrong = wrong(client, online);
        while (!wrong.isEmpty() && System.nanoTime() < deadline) {
          LockSupport.parkNanos(100_000_000);
          wrong = wrong(client, online);
        }
        assertThat(wrong)
            .as("users who are not %s at %s", online ? "online" : "offline", node)
            .isEmpty();
      } finally {
        client.cut();
      }
    }
  }

  private Set<String> wrong(RestClient client, boolean online) {
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
