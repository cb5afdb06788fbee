package io.carillon.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.user.UserId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LocalConnectionsTest {
  private static final ChannelKey GENERAL = new ChannelKey("demo", new ChannelName("general"));

  private final LocalConnections connections = new LocalConnections(10_000);

  private boolean add(String connection, String user) {
    return connections.add(connection, "demo", new UserId(user), "{}");
  }

  private List<String> take() {
    return connections.take(1_000).stream()
        .map(c -> c.kind() + " " + c.entry().key().connectionId())
        .toList();
  }

  @Test
  void handsChangesOutInTheirOrder() {
    add("c1", "alice");
    connections.enter("c1", GENERAL);
    connections.enter("c1", GENERAL); // a second time: nothing new
    connections.leave("c1", GENERAL);
    connections.leave("c1", GENERAL);
    connections.describe("c1", "{\"a\":1}");
    connections.describe("c1", "{\"a\":1}");
    connections.remove("c1");
    assertThat(take()).containsExactly("KEEP c1", "KEEP c1", "REMOVE c1", "KEEP c1", "RELEASE c1");
    assertThat(take()).isEmpty();
  }

  @Test
  void releasesAllChannelsOfAConnectionThatIsGone() {
    add("c1", "alice");
    for (int i = 0; i < 10; i++) {
      connections.enter("c1", new ChannelKey("demo", new ChannelName("room" + i)));
    }
    take();
    assertThat(connections.all()).hasSize(11);
    connections.remove("c1");
    assertThat(take()).hasSize(11).containsOnly("RELEASE c1");
    assertThat(connections.all()).isEmpty();
  }

  @Test
  void knowsWhenTheStoreHasBeenToldOfEverything() throws Exception {
    assertThat(connections.awaitTold(1)).isTrue();
    add("c1", "alice");
    add("c2", "bob");
    assertThat(connections.awaitTold(1)).isFalse();
    connections.take(1);
    connections.told();
    assertThat(connections.awaitTold(1)).as("one change still waits").isFalse();
    connections.take(1);
    assertThat(connections.awaitTold(1)).as("taken, and not yet told").isFalse();
    connections.told();
    assertThat(connections.awaitTold(1)).isTrue();
  }

  @Test
  void knowsAUsersLastConnection() {
    add("c1", "alice");
    add("c2", "alice");
    add("c3", "bob");
    assertThat(connections.connectionsOf("demo")).isEqualTo(3);
    assertThat(connections.remove("c1")).isFalse();
    assertThat(connections.remove("c1")).isFalse();
    assertThat(connections.remove("c2")).isTrue();
    assertThat(connections.connectionsOf("demo")).isEqualTo(1);
  }

  @Test
  void isEmptyWhenEverybodyHasGone() {
    Random random = PresenceStoreContract.seeded("local connections");
    List<String> open = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      add("c" + i, "user" + random.nextInt(100));
      connections.enter("c" + i, GENERAL);
      open.add("c" + i);
      while (open.size() > 100) {
        connections.remove(open.remove(random.nextInt(open.size())));
      }
      take();
    }
    assertThat(connections.entries()).isEqualTo(200);
    open.forEach(connections::remove);
    take();
    assertThat(connections.isEmpty()).isTrue();
  }
}
