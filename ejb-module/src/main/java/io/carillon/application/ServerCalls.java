package io.carillon.application;

import io.carillon.bus.Bus;
import io.carillon.domain.Text;
import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.MembershipRepository;
import io.carillon.domain.channel.Role;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.LogCommand;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRepository;
import io.carillon.domain.user.UserId;
import io.carillon.node.Metrics;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What code of this server asks for. Inside a transaction of the caller it happens with that
 * transaction: stored by its commit, seen by others after it, and never if it rolls back; until
 * then it is held back, see {@link HeldWork}. Without one it happens at once, by the ways that
 * everybody uses. Refusals throw {@link RealtimeException}. Any thread that may wait for the
 * database; never a thread of the log's.
 */
@ApplicationScoped
public class ServerCalls {
  private static final String TRANSPORT = "facade";

  /** Far longer than the database's own limits. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(60);

  private final CallersTransaction transaction;
  private final AfterCommit afterCommit;
  private final ChannelRepository channels;
  private final MembershipRepository memberships;
  private final OrganizationRepository organizations;
  private final MemberService members;
  private final MessageService messages;
  private final NotificationService notifications;
  private final Metrics metrics;
  private final Clock clock;
  private final HeldWork.Means means;

  /**
   * What became of a message.
   *
   * @param offset its place; 0 as long as the transaction has not committed, and on channels
   *     without a log
   * @param duplicate the same was sent before
   */
  public record Accepted(ChannelName channel, String id, long offset, boolean duplicate) {}

  protected ServerCalls() { // for the client proxy
    this.transaction = null;
    this.afterCommit = null;
    this.channels = null;
    this.memberships = null;
    this.organizations = null;
    this.members = null;
    this.messages = null;
    this.notifications = null;
    this.metrics = null;
    this.clock = null;
    this.means = null;
  }

  @Inject
  public ServerCalls(
      CallersTransaction transaction,
      AfterCommit afterCommit,
      ChannelRepository channels,
      MembershipRepository memberships,
      OrganizationRepository organizations,
      MemberService members,
      MessageService messages,
      NotificationService notifications,
      MessageRepository repository,
      Bus bus,
      Metrics metrics,
      Clock clock) {
    this.transaction = transaction;
    this.afterCommit = afterCommit;
    this.channels = channels;
    this.memberships = memberships;
    this.organizations = organizations;
    this.members = members;
    this.messages = messages;
    this.notifications = notifications;
    this.metrics = metrics;
    this.clock = clock;
    this.means = new HeldWork.Means(channels, members, repository, bus, afterCommit);
  }

  /**
   * Sends a message.
   *
   * @throws RealtimeException with {@code FORBIDDEN} for a channel that does not exist or only the
   *     system writes to, {@code ARCHIVED}, {@code TOO_LARGE}, {@code OVERLOADED}
   */
  public Accepted publish(Identity by, ChannelName name, Draft draft) {
    if (transaction.state() == CallersTransaction.State.NONE) {
      return await(name, messages.send(by, name, draft, TRANSPORT));
    }
    if (name.isReserved()) {
      throw Access.forbidden();
    }
    Channel channel = channelOf(by, name);
    Access.of(by, channel, Optional.empty(), clock.millis()).checkPublish();
    checkSize(draft.payload(), channel.policy().maxMessageBytes());
    if (!channel.kind().isLogged()) {
      Publication passing = messages.unlogged(by, channel.key(), draft);
      afterCommit.run(() -> pass(passing));
      return new Accepted(name, passing.id(), 0, false);
    }
    return hold(by, name, draft, false);
  }

  /** Notifies a user; as {@link #publish}, and nobody needs to have been here before. */
  public Accepted notify(Identity by, UserId user, Notice notice, String clientId) {
    checkOrganization(by);
    if (transaction.state() == CallersTransaction.State.NONE) {
      ChannelName inbox = ChannelName.inboxOf(user);
      return await(inbox, notifications.notify(by, user, notice, clientId, TRANSPORT));
    }
    Draft draft = NotificationService.notification(notice, clientId);
    checkSize(draft.payload(), 0);
    return hold(by, ChannelName.inboxOf(user), draft, true);
  }

  /** Tells everybody in the organization; as {@link #notify}. */
  public Accepted announce(Identity by, Notice notice, String clientId) {
    checkOrganization(by);
    ChannelName everybody = ChannelName.announcementsOf(by.organization());
    if (transaction.state() == CallersTransaction.State.NONE) {
      return await(everybody, notifications.announce(by, notice, clientId, TRANSPORT));
    }
    Draft draft = NotificationService.announcement(notice, clientId);
    checkSize(draft.payload(), 0);
    return hold(by, everybody, draft, true);
  }

  /**
   * Makes somebody a member who is none yet; a member's role stays as it is.
   *
   * @return whether anything changes
   * @throws RealtimeException with {@code FORBIDDEN} for a channel that does not exist or has no
   *     members, {@code OVERLOADED}, {@code TOO_LARGE} for more than {@value HeldWork#MAX_ENTRIES}
   *     calls in one transaction
   */
  public boolean addMember(Identity by, ChannelName name, UserId user, Role role) {
    if (transaction.state() == CallersTransaction.State.NONE) {
      return members.ensure(by, name, user, role);
    }
    Channel channel = channelOf(by, name);
    Access.of(by, channel, Optional.empty(), clock.millis()).checkAdd(role);
    return memberships.find(channel, user).isEmpty()
        && transaction.state() == CallersTransaction.State.ACTIVE
        && held().addMember(by, name, user, role);
  }

  /** Asked for in the caller's transaction, so that a channel which that has made is there. */
  private Channel channelOf(Identity by, ChannelName name) {
    return channels.find(new ChannelKey(by.organization(), name)).orElseThrow(Access::forbidden);
  }

  private void checkOrganization(Identity by) {
    if (organizations.find(by.organization()).isEmpty()) {
      throw Access.forbidden();
    }
  }

  private void checkSize(String payload, int maxBytes) {
    messages.checkSize(payload);
    if (maxBytes > 0 && Text.utf8Bytes(payload) > maxBytes) {
      throw new RealtimeException(ErrorCode.TOO_LARGE, "payload");
    }
  }

  private void pass(Publication publication) {
    means.bus().publish(List.of(publication));
    metrics.published(TRANSPORT);
  }

  private Accepted hold(Identity by, ChannelName name, Draft draft, boolean isMade) {
    ChannelKey channel = new ChannelKey(by.organization(), name);
    LogCommand.Send command =
        new LogCommand.Send(
            channel, by, MessageIds.next(clock), draft.name(), draft.payload(), draft.clientId());
    LogCommand.Send held = command;
    if (transaction.state() == CallersTransaction.State.ACTIVE) {
      held = held().send(command);
      if (isMade) {
        held().make(channel);
      }
      if (isNew(held, command)) {
        afterCommit.run(() -> metrics.published(TRANSPORT));
      }
    }
    return new Accepted(name, held.id(), 0, !isNew(held, command));
  }

  private static boolean isNew(LogCommand.Send held, LogCommand.Send command) {
    return held.id().equals(command.id());
  }

  private HeldWork held() {
    return transaction.completion().held(() -> new HeldWork(means));
  }

  private static Accepted await(ChannelName channel, CompletionStage<Receipt> answer) {
    try {
      Receipt receipt = answer.toCompletableFuture().get(MAX_WAIT.toNanos(), TimeUnit.NANOSECONDS);
      return new Accepted(
          channel, receipt.publication().id(), receipt.publication().offset(), receipt.duplicate());
    } catch (ExecutionException e) {
      throw Failures.of(e);
    } catch (TimeoutException e) {
      throw new RealtimeException(ErrorCode.OVERLOADED, "no answer from the log", MAX_WAIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RealtimeException(ErrorCode.OVERLOADED, "interrupted");
    }
  }
}
