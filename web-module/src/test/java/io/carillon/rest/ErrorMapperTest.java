package io.carillon.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.application.Failures;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.StaleVersionException;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import io.carillon.node.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.ws.rs.InternalServerErrorException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.RedirectionException;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorMapperTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ErrorMapper mapper = new ErrorMapper(new Metrics(registry));

  private static JsonObject body(Response response) {
    assertThat(response.getMediaType()).hasToString(Problem.MEDIA_TYPE);
    return Json.parseObject(Json.bytes(response.getEntity()));
  }

  private double refusals(ErrorCode code) {
    return registry.get("carillon.refusals").tag("code", code.name()).counter().count();
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void saysOfEachCodeWhatFollowsFromItAndNothingElse(ErrorCode code) {
    Response response = mapper.toResponse(new RealtimeException(code, "Secret Detail"));
    assertThat(response.getStatus()).isEqualTo(code.httpStatus());
    JsonObject problem = body(response);
    assertThat(problem.string("type")).contains("urn:carillon:error:" + code.name());
    assertThat(problem.string("code")).contains(code.name());
    assertThat(problem.string("detail")).contains(code.text());
    assertThat(problem.string("retry")).contains(code.retry().name());
    assertThat(problem.whole("status")).hasValue(code.httpStatus());
    assertThat(problem.toString()).doesNotContain("Secret");
    assertThat(refusals(code)).isEqualTo(1);
    boolean later = code.retry() == ErrorCode.Retry.AFTER_DELAY;
    assertThat(response.getHeaderString("Retry-After")).isEqualTo(later ? "1" : null);
    assertThat(problem.whole("retryAfter").isPresent()).isEqualTo(later);
  }

  @Test
  void roundsTheDelayUp() {
    Response response =
        mapper.toResponse(
            new RealtimeException(ErrorCode.RATE_LIMITED, "x", Duration.ofMillis(2_001)));
    assertThat(response.getHeaderString("Retry-After")).isEqualTo("3");
    assertThat(body(response).whole("retryAfter")).hasValue(3);
  }

  @Test
  void givesTheUnforeseenAReferenceThatTheLogHasToo() {
    List<LogRecord> records = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord logged) {
            records.add(logged);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(Failures.class.getName());
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try {
      IllegalStateException failure = new IllegalStateException("jdbc:secret@host");
      Response response = mapper.toResponse(new CompletionException(failure));
      assertThat(response.getStatus()).isEqualTo(500);
      String reference = body(response).requireString("reference");
      assertThat(body(response).toString()).doesNotContain("jdbc", "Exception");
      assertThat(records).hasSize(1);
      assertThat(records.get(0).getMessage()).contains(reference);
      assertThat(records.get(0).getThrown()).isSameAs(failure);
      assertThat(refusals(ErrorCode.INTERNAL)).isEqualTo(1);

      assertThat(mapper.toResponse(new InternalServerErrorException("secret")).getStatus())
          .isEqualTo(500);
      assertThat(mapper.toResponse(new StackOverflowError("secret")).getStatus()).isEqualTo(500);
      assertThat(records).hasSize(3);
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
  }

  @Test
  void findsARefusalThatAServerHasWrapped() {
    RealtimeException refusal = new RealtimeException(ErrorCode.TOO_LARGE, "body");
    assertThat(mapper.toResponse(new ProcessingException(refusal)).getStatus()).isEqualTo(413);
    assertThat(mapper.toResponse(new CompletionException(refusal)).getStatus()).isEqualTo(413);
  }

  @Test
  void keepsTheStatusOfWhatJaxRsRefuses() {
    Response missing = mapper.toResponse(new NotFoundException("secret"));
    assertThat(missing.getStatus()).isEqualTo(404);
    assertThat(body(missing).string("code")).contains("NOT_FOUND");
    assertThat(body(missing).toString()).doesNotContain("secret");
    Response type = mapper.toResponse(new NotSupportedException());
    assertThat(type.getStatus()).isEqualTo(415);
    assertThat(body(type).string("code")).contains("MALFORMED");
    assertThat(body(type).whole("status")).hasValue(415);
    Response method = mapper.toResponse(new NotAllowedException("GET", new String[] {"POST"}));
    assertThat(method.getStatus()).isEqualTo(405);
    assertThat(method.getHeaderString("Allow")).contains("GET", "POST");
  }

  @Test
  void leavesARedirectAlone() {
    Response away = mapper.toResponse(new RedirectionException(303, URI.create("http://x/y")));
    assertThat(away.getStatus()).isEqualTo(303);
    assertThat(away.getLocation()).hasToString("http://x/y");
  }

  @Test
  void challengesWhoeverIsNobody() {
    Response response = mapper.toResponse(new RealtimeException(ErrorCode.UNAUTHENTICATED, "x"));
    assertThat(response.getHeaderString("WWW-Authenticate")).startsWith("Bearer");
  }

  @Test
  void showsTheItemAsItIsToWhoeverHadAnOldOne() {
    JsonObject todo =
        body(mapper.toResponse(new StaleVersionException(item(ChannelKind.LIST))))
            .object("current")
            .orElseThrow();
    assertThat(todo.string("text")).contains("milk");
    assertThat(todo.bool("completed")).contains(true);
    assertThat(todo.whole("version")).hasValue(3);
    JsonObject message =
        body(mapper.toResponse(new StaleVersionException(item(ChannelKind.CHAT))))
            .object("current")
            .orElseThrow();
    assertThat(message.string("authorId")).contains("ann");
  }

  private static Publication item(ChannelKind kind) {
    return new Publication(
        new ChannelKey("demo", new ChannelName("todos")),
        kind,
        "k3",
        9,
        4,
        Publication.Change.UPDATED,
        "id",
        "todo",
        "{\"text\":\"milk\",\"completed\":true}",
        "ann",
        "Ann",
        "",
        "",
        1,
        2,
        3,
        InboxState.NEW);
  }
}
