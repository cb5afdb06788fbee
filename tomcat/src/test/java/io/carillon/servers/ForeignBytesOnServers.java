package io.carillon.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.ForeignBytes;
import io.carillon.check.client.Answer;
import io.carillon.check.client.RestClient;
import io.carillon.stream.EventStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Servers use response objects again: nobody gets a byte that is another's. */
abstract class ForeignBytesOnServers extends OnServers {
  private static final int REQUESTS = Integer.getInteger("carillon.test.foreign.servers", 2_000);
  private static final int STREAMS = 80;

  /** Some servers hear of a broken stream by the next heartbeat only; there is room for 600. */
  private static final Duration BETWEEN_CUTS = Duration.ofMillis(5);

  ForeignBytesOnServers(Supplier<Site> place) {
    super(place);
  }

  /** BC-029: streams that bear marks are broken off, others ask for things of their own. */
  @Test
  void nobodyGetsAByteOfAnothersStream() throws InterruptedException {
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    ForeignBytes.Outcome outcome =
        new ForeignBytes(seed, new ForeignBytes.Size(REQUESTS, STREAMS, 20, 6, BETWEEN_CUTS))
            .run(number -> site().member("foreign" + number), site().admin());
    System.out.printf("foreign bytes: %s, seed=%d%n", outcome, seed);
    assertThat(outcome.faults()).isEmpty();
    assertThat(outcome.requests()).isGreaterThanOrEqualTo(REQUESTS);
    assertThat(outcome.events()).isGreaterThan(REQUESTS / 10);
    assertThat(outcome.cuts()).isGreaterThan(STREAMS);
  }

  /** BC-030: what follows a stream that was broken off after its first event is answered right. */
  @Test
  void requestsAfterAStreamThatWasBrokenOffAreAnswered() {
    String channel = site().chat();
    String position = (String) site().say("alice", channel, "first").get("position");
    String before = position.substring(0, position.indexOf('-')) + "-0";
    for (int i = 0; i < 150; i++) {
      // A server may hear of a broken stream only by its next heartbeat: it counts until then.
      String user = "breaker-" + i / (Site.MAX_CONNECTIONS_OF_A_USER / 2);
      RestClient rest = site().rest(user);
      String me = Site.get(rest.get("/api/me")).text();
      EventStream stream = site().stream(user, Site.events(channel), before);
      await().pollInterval(Duration.ofMillis(1)).until(() -> !stream.events.isEmpty());
      if (i % 2 == 0) {
        stream.client().cut();
      } else {
        stream.client().leave();
      }
      List<CompletableFuture<Answer>> answers = new ArrayList<>();
      for (int n = 0; n < 10; n++) {
        answers.add(rest.get("/api/me"));
      }
      for (CompletableFuture<Answer> coming : answers) {
        Answer answer = Site.get(coming);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo(me);
      }
    }
  }
}
