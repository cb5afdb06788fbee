package io.carillon.check;

import io.carillon.check.client.Caller;
import io.carillon.check.client.PollClient;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.JsonText;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Reads by long polls, one after another. */
public final class PollReader implements Reader {
  private static final Duration WAIT = Duration.ofSeconds(5);

  private final Run run;
  private final SplittableRandom random;
  private final Caller caller;
  private final List<String> channels;
  private final PollClient client;
  private final ReaderLog log;

  // Of the wire's thread.
  private String position = "";
  private boolean polling;
  private boolean pausing;
  private boolean stopped;

  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong emptyAnswers = new AtomicLong();

  public PollReader(Run run, String name, Caller caller, List<String> channels) {
    this.run = run;
    this.random = run.random().split();
    this.caller = caller;
    this.channels = List.copyOf(channels);
    this.client = new PollClient(new RestClient(run.wire(), caller, 1), channels);
    this.log = run.recorder().reader(name, caller.user());
  }

  @Override
  public List<String> channels() {
    return channels;
  }

  @Override
  public ReaderLog log() {
    return log;
  }

  @Override
  public void start() {
    run.wire().execute(this::poll);
  }

  @Override
  public void startAt(String given) {
    run.wire()
        .execute(
            () -> {
              position = given;
              poll();
            });
  }

  /** Answers to polls that waited, so far. */
  long answers() {
    return answers.get();
  }

  /** Those of them that brought nothing. */
  long emptyAnswers() {
    return emptyAnswers.get();
  }

  /** Asks no more, after the poll that is under way. */
  @Override
  public void pause() {
    run.wire().execute(() -> pausing = true);
  }

  @Override
  public void resume() {
    run.wire()
        .execute(
            () -> {
              pausing = false;
              poll();
            });
  }

  private void poll() {
    if (stopped || pausing || polling) {
      return;
    }
    polling = true;
    String since = position;
    CompletableFuture<Map<String, Object>> answer = client.poll(since, WAIT);
    answer.whenComplete(
        (body, failure) -> {
          polling = false;
          if (failure == null) {
            take(since, body);
          }
          run.wire().after(run.returnDelay(random), this::poll);
        });
  }

  private void take(String since, Map<String, Object> body) {
    position = (String) body.get("position");
    Map<String, Long> places = run.positions().read(position);
    if (since.isEmpty()) {
      places.forEach(log::started);
      return;
    }
    if (!Boolean.TRUE.equals(body.get("resumed"))) {
      for (Object reset : JsonText.asList(body.get("resets"))) {
        Map<String, Object> lost = JsonText.asObject(reset);
        String channel = Recorder.channel(caller.organization(), (String) lost.get("channelId"));
        log.reset(channel, places.get(channel), String.valueOf(lost.get("reason")));
      }
      return;
    }
    run.positions().read(since).forEach(log::resumed);
    List<?> events = JsonText.asList(body.get("events"));
    answers.incrementAndGet();
    if (events.isEmpty()) {
      emptyAnswers.incrementAndGet();
    }
    for (Object entry : events) {
      Map<String, Object> event = JsonText.asObject(entry);
      Deliveries.record(
          log,
          caller.organization(),
          (String) event.get("event"),
          JsonText.asObject(event.get("data")));
    }
    places.forEach(log::complete);
  }

  @Override
  public void cut() {
    client.cut();
  }

  @Override
  public void stop() {
    run.wire()
        .execute(
            () -> {
              stopped = true;
              client.cut();
            });
  }
}
