package io.carillon.security;

import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Users by the word of the server that Carillon is deployed on. A session of the server is what a
 * token is elsewhere: its mark is the id of the proof, so whatever it opened ends when the mark is
 * revoked, on every node. Any thread; waits for the database.
 */
@ApplicationScoped
public class ContainerIdentities {
  private static final String PREFIX = "container:"; // no other kind of proof has a colon in its id
  private static final String WITHOUT_SESSION = PREFIX + "none";
  private static final Pattern MARK = Pattern.compile(PREFIX + "(\\d{1,15})\\..*");

  private final Settings settings;
  private final Authenticator authenticator;
  private final Clock clock;

  protected ContainerIdentities() { // for the client proxy
    this(null, null, null);
  }

  @Inject
  public ContainerIdentities(Settings settings, Authenticator authenticator, Clock clock) {
    this.settings = settings;
    this.authenticator = authenticator;
    this.clock = clock;
  }

  /** Whether what the server says counts. */
  public boolean isOn() {
    return settings.container().isOn();
  }

  /**
   * A mark for a session of the server, which says when it began, and nothing of the session's own
   * id.
   */
  public String newMark() {
    return PREFIX + clock.millis() + '.' + RandomIds.next();
  }

  /** When the session of a mark began, in epoch milliseconds. */
  private static long beginningOf(String mark) {
    Matcher matcher = MARK.matcher(mark);
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : Identity.ALWAYS;
  }

  /**
   * The user whom the server means. The proof lasts as long as a session of ours may; a connection
   * that is open for longer has to come back.
   *
   * @param name of the principal
   * @param has whether the server gives it a role
   * @param mark tells that of its session, or the empty string where the server knows it without
   *     one; asked for only if name and role will do
   * @throws RealtimeException with {@code FORBIDDEN} for one without a role that counts, without an
   *     account where none is made, or with a name that cannot be a user's; {@code UNAUTHENTICATED}
   *     for a locked account or a session that is over; {@code OVERLOADED}
   */
  public Identity authenticate(String name, Predicate<String> has, Supplier<String> mark) {
    OrganizationRole role =
        settings
            .container()
            .roleOf(has)
            .map(OrganizationRole::valueOf)
            .orElseThrow(() -> new RealtimeException(ErrorCode.FORBIDDEN, "no role that counts"));
    userId(name);
    String proof = mark.get();
    return authenticator.admit(
        claim(name, role, proof.isEmpty() ? WITHOUT_SESSION : proof),
        settings.container().createUsers());
  }

  /**
   * What somebody was known as: all that is needed to end it.
   *
   * @param mark of a session
   */
  public Identity ended(String name, String mark) {
    return claim(name, OrganizationRole.MEMBER, mark);
  }

  private Identity claim(String name, OrganizationRole role, String tokenId) {
    Instant end = clock.instant().plus(settings.tokens().sessionLifetime());
    return new Identity(
        settings.container().organization(),
        userId(name),
        name, // until the record tells
        "",
        role,
        tokenId,
        end,
        Identity.Kind.USER,
        beginningOf(tokenId));
  }

  private static UserId userId(String name) {
    try {
      return new UserId(name);
    } catch (RealtimeException e) {
      throw new RealtimeException(ErrorCode.FORBIDDEN, "the principal's name is no user's id");
    }
  }
}
