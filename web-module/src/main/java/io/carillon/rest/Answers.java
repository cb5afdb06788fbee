package io.carillon.rest;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.gateway.EventJson;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import io.carillon.node.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Answers requests whose result comes later, so that no thread waits for it. Any thread. */
@ApplicationScoped
public class Answers {
  /** Longer than the log needs even behind a slow commit; after that the outcome is unknown. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  private final Workers workers;

  protected Answers() { // for the client proxy
    this.workers = null;
  }

  @Inject
  public Answers(Workers workers) {
    this.workers = workers;
  }

  /**
   * Answers with what becomes of the stage, or with {@code OVERLOADED} after ten seconds: the
   * change may have been made then, and a repeat with the same client id tells.
   *
   * @param toResponse runs on a worker thread
   */
  public <T> void answer(
      AsyncResponse response, CompletionStage<T> stage, Function<T, Response> toResponse) {
    response.setTimeoutHandler(
        late -> late.resume(new RealtimeException(ErrorCode.OVERLOADED, "no answer in time")));
    response.setTimeout(MAX_WAIT.toSeconds(), TimeUnit.SECONDS);
    // Not on the thread that completes the stage: writing to a slow client would hold up the log.
    // Where all workers are taken, nobody takes this, and the time limit above answers.
    stage.whenCompleteAsync(
        (value, failure) -> {
          if (failure == null) {
            resume(response, value, toResponse);
          } else {
            response.resume(failure);
          }
        },
        workers.io());
  }

  private static <T> void resume(
      AsyncResponse response, T value, Function<T, Response> toResponse) {
    Response answer;
    try {
      answer = toResponse.apply(value);
    } catch (RuntimeException e) {
      response.resume(e);
      return;
    }
    response.resume(answer);
  }

  public static Response ok(JsonObject body) {
    return Response.ok(Json.bytes(body), MediaType.APPLICATION_JSON_TYPE).build();
  }

  public static Response json(int status, EventJson.Writing body) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .entity(EventJson.bytes(body))
        .build();
  }
}
