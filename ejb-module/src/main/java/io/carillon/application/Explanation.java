package io.carillon.application;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.AccessQuestion;
import io.carillon.domain.channel.AccessRule;
import io.carillon.domain.channel.AccessTrace;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.ChannelView;
import io.carillon.domain.channel.Membership;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserId;
import io.carillon.domain.user.UserRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Why somebody may do something in a channel, or may not: by the very checks that decide about it,
 * {@link Access}. Any thread.
 */
@ApplicationScoped
public class Explanation {
  private final UserRepository users;
  private final ChannelRepository channels;
  private final AdminRights rights;
  private final Clock clock;

  /**
   * An answer.
   *
   * @param code what the user would be told; null where it is allowed
   * @param path the rules that were looked at, in their order
   */
  public record Answer(ErrorCode code, List<AccessTrace.Step> path) {
    public Answer {
      path = List.copyOf(path);
    }

    public boolean isAllowed() {
      return code == null;
    }

    public Optional<ErrorCode> refusal() {
      return Optional.ofNullable(code);
    }
  }

  protected Explanation() { // for the client proxy
    this(null, null, null, null);
  }

  @Inject
  public Explanation(
      UserRepository users, ChannelRepository channels, AdminRights rights, Clock clock) {
    this.users = users;
    this.channels = channels;
    this.rights = rights;
    this.clock = clock;
  }

  /**
   * Answers as the user would be answered now.
   *
   * @throws RealtimeException with {@code FORBIDDEN} if the asker may not ask
   */
  @Transactional
  public Answer why(Identity by, UserId id, ChannelName name, AccessQuestion question) {
    rights.require(by, AdminRight.RIGHTS_EXPLAIN);
    AccessTrace trace = AccessTrace.recording();
    Optional<User> user = users.find(by.organization(), id);
    if (!trace.is(AccessRule.USER_EXISTS, user.isPresent())
        || !trace.is(AccessRule.ACCOUNT_OPEN, !user.orElseThrow().isLocked())) {
      return new Answer(ErrorCode.UNAUTHENTICATED, trace.steps());
    }
    Optional<ChannelView> view = channels.view(new ChannelKey(by.organization(), name), id);
    if (!trace.is(AccessRule.CHANNEL_EXISTS, view.isPresent())) {
      return new Answer(ErrorCode.FORBIDDEN, trace.steps());
    }
    Access access =
        Access.of(
            identityOf(user.orElseThrow()),
            view.orElseThrow().channel().rules(),
            view.orElseThrow().membership().map(Membership::rights),
            clock.millis(),
            trace);
    try {
      question.check(access);
      return new Answer(null, trace.steps());
    } catch (RealtimeException e) {
      return new Answer(e.code(), trace.steps());
    }
  }

  /** As the account has it; a token of a foreign issuer may bring another role. */
  private static Identity identityOf(User user) {
    return new Identity(
        user.organization(),
        user.id(),
        user.name(),
        user.avatarUrl(),
        user.role(),
        "",
        Instant.MAX,
        Identity.Kind.USER);
  }
}
