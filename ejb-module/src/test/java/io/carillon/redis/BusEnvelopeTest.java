package io.carillon.redis;

import static io.carillon.bus.BusContract.GENERAL;
import static io.carillon.bus.BusContract.OTHER;
import static io.carillon.bus.BusContract.publication;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Signal;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.UserId;
import io.carillon.node.NodeId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BusEnvelopeTest {
  private static final long SEED = Long.getLong("carillon.test.seed", System.nanoTime());

  private final ClusterKey key = key("a key of the tests, long enough for it");
  private final NodeId here = NodeId.random();
  private final BusEnvelope sender = new BusEnvelope(here, key);
  private final BusEnvelope receiver = new BusEnvelope(NodeId.random(), key);

  private static byte[] envelope(BusEnvelope by, List<? extends ChannelEvent> events) {
    return by.seal(events.stream().map(BusEnvelope::item).toList());
  }

  private static ClusterKey key(String text) {
    return ClusterKey.of(Settings.of(Map.of("CARILLON_CLUSTER_KEY", text)));
  }

  @Test
  void bringsEveryFieldOver() throws Exception {
    Publication edited =
        new Publication(
            OTHER,
            ChannelKind.INBOX,
            "k9",
            Long.MAX_VALUE,
            3,
            Publication.Change.DELETED,
            "id",
            "näme",
            "null",
            "bob",
            "Bob \u2028",
            "https://example.org/b.png",
            "",
            -1,
            5,
            7,
            InboxState.ACKNOWLEDGED);
    Signal signal = new Signal(GENERAL, Signal.Type.MEMBER_REMOVED, "{\"a\":\"\uD83D\uDE00\"}", "");
    List<ChannelEvent> events = List.of(publication(GENERAL, 1), edited, signal);
    BusEnvelope.Content content = receiver.decode(envelope(sender, events));
    assertThat(content.origin()).isEqualTo(here);
    assertThat(content.events()).isEqualTo(events);
    assertThat(content.changes()).isEmpty();
    for (RightsChange change :
        List.of(
            RightsChange.ofMember("demo", new ChannelName("general"), new UserId("bob")),
            RightsChange.ofChannel("demo", new ChannelName("general")),
            RightsChange.ofUser("demo", new UserId("bob")),
            RightsChange.ofAll())) {
      assertThat(receiver.decode(sender.seal(List.of(BusEnvelope.item(change)))).changes())
          .containsExactly(change);
    }
  }

  @Test
  void leavesTheOwnEchoOut() throws Exception {
    BusEnvelope.Content content = sender.decode(envelope(sender, List.of(publication(GENERAL, 1))));
    assertThat(content.events()).isEmpty();
  }

  @Test
  void refusesWhatAnotherKeyHasSigned() {
    BusEnvelope stranger =
        new BusEnvelope(NodeId.random(), key("another key, also long enough for it"));
    byte[] forged = envelope(stranger, List.of(publication(GENERAL, 1)));
    assertThatThrownBy(() -> receiver.decode(forged))
        .isInstanceOf(BusEnvelope.RejectedException.class)
        .hasMessage("signature");
  }

  @Test
  void refusesEveryOtherBitAndLength() {
    byte[] good = envelope(sender, List.of(publication(GENERAL, 1)));
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      assertRefused(bad);
    }
    for (int length = 0; length < good.length; length++) {
      assertRefused(Arrays.copyOf(good, length));
    }
    assertRefused(Arrays.copyOf(good, good.length + 1));
    assertRefused(new byte[BusEnvelope.MAX_BYTES + 1]);
    Random random = new Random(SEED);
    for (int i = 0; i < 10_000; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      assertRefused(noise);
    }
  }

  private void assertRefused(byte[] bytes) {
    assertThatThrownBy(() -> receiver.decode(bytes))
        .as("seed %d", SEED)
        .isInstanceOf(BusEnvelope.RejectedException.class);
  }

  @Test
  void derivesAKeyThatIsNotTheTokenSecret() {
    String secret = "a token secret of the tests, long enough";
    ClusterKey derived = ClusterKey.of(Settings.of(Map.of("CARILLON_TOKEN_SECRET", secret)));
    byte[] envelope = envelope(new BusEnvelope(here, derived), List.of(publication(GENERAL, 1)));
    BusEnvelope withTheSecretItself = new BusEnvelope(NodeId.random(), key(secret));
    assertThatThrownBy(() -> withTheSecretItself.decode(envelope))
        .isInstanceOf(BusEnvelope.RejectedException.class);
  }
}
