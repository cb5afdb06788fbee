package io.carillon.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OpenRequestsTest {
  private final OpenRequests requests = new OpenRequests();

  @Test
  void waitsForThoseThatHaveBegunAndRefusesTheOthers() throws Exception {
    assertThat(requests.begin()).isTrue();
    assertThat(requests.begin()).isTrue();
    CompletableFuture<Integer> left = new CompletableFuture<>();
    Thread finishing =
        new Thread(
            () -> {
              try {
                left.complete(requests.finish(Duration.ofMinutes(1)));
              } catch (InterruptedException e) {
                left.completeExceptionally(e);
              }
            });
    finishing.start();
    await().until(() -> finishing.getState() == Thread.State.TIMED_WAITING);
    assertThat(requests.begin()).isFalse();
    requests.end();
    assertThat(left).isNotDone();
    requests.end();
    finishing.join();
    assertThat(left).isCompletedWithValue(0);
  }

  @Test
  void tellsHowManyDoNotEnd() throws Exception {
    requests.begin();
    requests.begin();
    assertThat(requests.finish(Duration.ofMillis(10))).isEqualTo(2);
    assertThat(requests.begin()).isFalse();
  }
}
