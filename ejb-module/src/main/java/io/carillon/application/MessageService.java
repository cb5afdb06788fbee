package io.carillon.application;

import io.carillon.bus.Bus;
import io.carillon.config.Settings;
import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelRules;
import io.carillon.domain.channel.ChannelView;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.LogCommand;
import io.carillon.domain.message.LogOutcome;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.Identity;
import io.carillon.log.MessageLog;
import io.carillon.node.Metrics;
import io.carillon.presence.TypingService;
import io.carillon.security.RateLimiter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * Sends, changes and reads messages. Stages fail with {@link RealtimeException}, see {@link
 * Failures#of}; they complete on the log's thread, so what hangs on them is short. Any thread.
 */
@ApplicationScoped
public class MessageService {
  private final MessageLog log;
  private final MessageRepository messages;
  private final ChannelDirectory directory;
  private final Bus bus;
  private final RateLimiter rates;
  private final TypingService typing;
  private final Metrics metrics;
  private final Settings.Limits limits;
  private final Clock clock;

  protected MessageService() { // for the client proxy
    this.log = null;
    this.messages = null;
    this.directory = null;
    this.bus = null;
    this.rates = null;
    this.typing = null;
    this.metrics = null;
    this.limits = null;
    this.clock = null;
  }

  @Inject
  public MessageService(
      MessageLog log,
      MessageRepository messages,
      ChannelDirectory directory,
      Bus bus,
      RateLimiter rates,
      TypingService typing,
      Metrics metrics,
      Settings settings,
      Clock clock) {
    this.log = log;
    this.messages = messages;
    this.directory = directory;
    this.bus = bus;
    this.rates = rates;
    this.typing = typing;
    this.metrics = metrics;
    this.limits = settings.limits();
    this.clock = clock;
  }

  /**
   * Sends a message, and answers after its commit. A repeat of an earlier client id gets the first
   * one's answer. On a channel without a log it goes straight to those who listen.
   *
   * @param transport a short fixed name, for metrics
   * @return fails with {@code FORBIDDEN}, also for a channel that does not exist, {@code ARCHIVED},
   *     {@code RATE_LIMITED}, {@code TOO_LARGE}, {@code MALFORMED} or {@code OVERLOADED}
   */
  public CompletionStage<Receipt> send(
      Identity by, ChannelName channel, Draft draft, String transport) {
    try {
      if (channel.isReserved()) {
        throw Access.forbidden(); // notifications and announcements have their own way in
      }
      checkSize(draft.payload());
      rates.take(by);
      return post(by, channel, draft, transport)
          .thenApply(
              done -> {
                typing.stop(by, channel);
                return done;
              });
    } catch (RealtimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /** As {@link #send}, for the services that write to inboxes, announcements and lists. */
  CompletionStage<Receipt> post(Identity by, ChannelName channel, Draft draft, String transport) {
    ChannelRules rules = directory.recentRules(by, channel).orElseThrow(Access::forbidden);
    CompletionStage<Receipt> receipt;
    if (rules.kind().isLogged()) {
      receipt =
          submit(
              new LogCommand.Send(
                  rules.key(),
                  by,
                  MessageIds.next(clock),
                  draft.name(),
                  draft.payload(),
                  draft.clientId()));
    } else {
      receipt = CompletableFuture.completedStage(passOn(by, rules.key(), draft));
    }
    return receipt.thenApply(
        done -> {
          metrics.published(transport);
          return done;
        });
  }

  private Receipt passOn(Identity by, ChannelKey channel, Draft draft) {
    directory.recentAccess(by, channel.name()).orElseThrow(Access::forbidden).checkPublish();
    Publication publication = unlogged(by, channel, draft);
    bus.publish(List.of(publication));
    return new Receipt(publication, false);
  }

  /** A message on a channel without a log. */
  Publication unlogged(Identity by, ChannelKey channel, Draft draft) {
    return new Publication(
        channel,
        ChannelKind.EPHEMERAL,
        "",
        0,
        0,
        Publication.Change.CREATED,
        MessageIds.next(clock),
        draft.name(),
        draft.payload(),
        by.userId().value(),
        by.name(),
        by.avatarUrl(),
        draft.clientId(),
        clock.millis(),
        0,
        1,
        InboxState.NEW);
  }

  /**
   * Gives a message another payload.
   *
   * @param change from the present payload to the new one; runs inside the log's transaction
   * @param expectedVersion the version that the author saw; empty: the last write wins
   * @return fails as {@link #send}, and with {@code NOT_FOUND}, or {@code CONFLICT} with the
   *     present item for an outdated version
   */
  public CompletionStage<Receipt> edit(
      Identity by,
      ChannelName channel,
      String messageId,
      UnaryOperator<String> change,
      int weightBytes,
      OptionalInt expectedVersion) {
    return command(
        by,
        channel,
        key ->
            new LogCommand.Edit(
                key,
                by,
                messageId,
                payload -> checkSize(change.apply(payload)),
                expectedVersion,
                weightBytes));
  }

  /** Replaces the payload of a message; see the other method. */
  public CompletionStage<Receipt> edit(
      Identity by, ChannelName channel, String messageId, String payload) {
    return edit(by, channel, messageId, old -> payload, payload.length(), OptionalInt.empty());
  }

  /** Takes a message's content away. Fails as {@link #edit}. */
  public CompletionStage<Receipt> delete(
      Identity by, ChannelName channel, String messageId, OptionalInt expectedVersion) {
    return command(by, channel, key -> new LogCommand.Delete(key, by, messageId, expectedVersion));
  }

  /** Raises the state of an entry of the caller's own inbox. */
  CompletionStage<Receipt> mark(
      Identity by, ChannelName inbox, String messageId, InboxState state) {
    return submit(
        new LogCommand.Mark(new ChannelKey(by.organization(), inbox), by, messageId, state));
  }

  private CompletionStage<Receipt> command(
      Identity by, ChannelName channel, java.util.function.Function<ChannelKey, LogCommand> make) {
    try {
      rates.take(by);
      ChannelRules rules = directory.recentRules(by, channel).orElseThrow(Access::forbidden);
      if (channel.isReserved()) {
        throw Access.forbidden();
      }
      if (!rules.kind().isLogged()) {
        directory.recentAccess(by, channel).orElseThrow(Access::forbidden).checkInside();
        throw new RealtimeException(ErrorCode.NOT_FOUND, "nothing is kept here");
      }
      return submit(make.apply(rules.key()));
    } catch (RealtimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private CompletionStage<Receipt> submit(LogCommand command) {
    return log.submit(command)
        .thenApply(
            outcome -> {
              if (outcome instanceof LogOutcome.Stored stored) {
                return new Receipt(stored.publication(), false);
              }
              if (outcome instanceof LogOutcome.Repeated repeated) {
                return new Receipt(repeated.publication(), true);
              }
              throw ((LogOutcome.Refused) outcome).reason();
            });
  }

  /**
   * @throws RealtimeException with {@code TOO_LARGE}
   */
  String checkSize(String payload) {
    // A char is at least one byte, so most texts need no counting.
    if (payload.length() * 3L > limits.maxMessageBytes()
        && payload.getBytes(StandardCharsets.UTF_8).length > limits.maxMessageBytes()) {
      throw new RealtimeException(ErrorCode.TOO_LARGE, "payload");
    }
    return payload;
  }

  /**
   * A page of a channel's history, oldest first. Waits for the database.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, also for a channel that does not exist
   */
  public HistoryPage history(Identity by, ChannelName channel, HistoryRequest request) {
    ChannelView view = directory.view(by, channel).orElseThrow(Access::forbidden);
    view.accessOf(by, clock.millis()).checkRead();
    ChannelKey key = view.channel().key();
    if (!view.channel().kind().isLogged() || !view.channel().policy().hasHistory()) {
      return new HistoryPage(List.of(), false, view.channel().position());
    }
    return switch (request.direction()) {
      case BEFORE ->
          messages.historyBefore(key, request.offset(), request.limit(), request.maxBytes());
      case AFTER ->
          messages.historyAfter(key, request.offset(), request.limit(), request.maxBytes());
    };
  }
}
