package io.carillon.check.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Asks {@code /api/poll}, one question at a time. */
public final class PollClient {
  private static final Duration SPARE_TIME = Duration.ofSeconds(15);

  private final RestClient rest;
  private final String path;

  /** Names the channels of every poll. */
  public PollClient(RestClient rest, List<String> channels) {
    this.rest = rest;
    StringBuilder query = new StringBuilder("/api/poll?");
    for (String channel : channels) {
      query.append("channel=").append(RestClient.encode(channel)).append('&');
    }
    this.path = query.toString();
  }

  /**
   * Asks once.
   *
   * @param since empty for none: the answer comes at once and tells where the client is
   * @param wait for something to happen, whole seconds
   * @return {@code {"events","position","resumed"}}
   */
  public CompletableFuture<Map<String, Object>> poll(String since, Duration wait) {
    String query = since.isEmpty() ? "" : "since=" + RestClient.encode(since) + '&';
    return rest.send("GET", path + query + "wait=" + wait.toSeconds(), null, wait.plus(SPARE_TIME))
        .thenApply(answer -> answer.orRefused().json());
  }

  /** Breaks off the poll that is under way. */
  public void cut() {
    rest.cut();
  }
}
