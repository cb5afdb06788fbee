package io.carillon.facade;

import io.carillon.application.CallersTransaction;
import io.carillon.application.Draft;
import io.carillon.application.Failures;
import io.carillon.application.Notice;
import io.carillon.application.ServerCalls;
import io.carillon.domain.Text;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.Role;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserId;
import io.carillon.domain.user.UserRepository;
import io.carillon.json.Json;
import io.carillon.presence.PresenceService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** {@link Carillon} by the services that all clients are served by. Any thread. */
@ApplicationScoped
public class CarillonCalls implements Carillon {
  private static final String PROGRAM_PREFIX = "system:";

  private final ServerCalls calls;
  private final PresenceService presence;
  private final UserRepository users;
  private final CallersTransaction transaction;

  protected CarillonCalls() { // for the client proxy
    this(null, null, null, null);
  }

  @Inject
  public CarillonCalls(
      ServerCalls calls,
      PresenceService presence,
      UserRepository users,
      CallersTransaction transaction) {
    this.calls = calls;
    this.presence = presence;
    this.users = users;
    this.transaction = transaction;
  }

  @Override
  public Sent publish(Author author, String channel, Post post) {
    return answer(
        () -> sent(calls.publish(identity(author), new ChannelName(channel), draft(post))));
  }

  @Override
  public Sent notify(Author author, String userId, Note note) {
    return answer(
        () ->
            sent(
                calls.notify(identity(author), new UserId(userId), notice(note), note.clientId())));
  }

  @Override
  public Sent announce(Author author, Note note) {
    return answer(() -> sent(calls.announce(identity(author), notice(note), note.clientId())));
  }

  @Override
  public boolean addMember(Author author, String channel, String userId, String role) {
    return answer(
        () ->
            calls.addMember(
                identity(author), new ChannelName(channel), new UserId(userId), roleOf(role)));
  }

  @Override
  public List<Presence> presence(String organization, List<String> userIds) {
    return answer(
        () -> {
          List<UserId> asked = userIds.stream().map(UserId::new).toList();
          return presence.query(program(organization, "presence"), asked).stream()
              .map(
                  view ->
                      new Presence(
                          view.userId().value(),
                          view.online(),
                          view.lastSeenMillis(),
                          view.metadata()))
              .toList();
        });
  }

  private <T> T answer(Supplier<T> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      transaction.doom();
      RealtimeException failure = Failures.of(e);
      throw new CarillonException(
          failure.code().name(), String.valueOf(failure.getMessage()), failure.retryAfter());
    }
  }

  private static Sent sent(ServerCalls.Accepted accepted) {
    return new Sent(
        accepted.channel().value(), accepted.id(), accepted.offset(), accepted.duplicate());
  }

  private static Draft draft(Post post) {
    return post.name().isEmpty()
        ? Draft.chat(post.content(), post.clientId())
        : new Draft(post.name(), Json.text(Json.parse(post.content())), post.clientId());
  }

  private static Notice notice(Note note) {
    return new Notice(note.type(), note.title(), note.message(), note.url());
  }

  private static Role roleOf(String name) {
    return Arrays.stream(Role.values())
        .filter(role -> role.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new RealtimeException(ErrorCode.MALFORMED, "role"));
  }

  private Identity identity(Author author) {
    if (author.isProgram()) {
      return program(author.organization(), author.id());
    }
    UserId id = new UserId(author.id());
    Optional<User> account =
        Text.isStorable(author.organization())
            ? users.find(author.organization(), id)
            : Optional.empty();
    return identity(
        author.organization(),
        id,
        account.map(User::name).orElse(id.value()),
        account.map(User::avatarUrl).orElse(""));
  }

  private static Identity program(String organization, String name) {
    return identity(organization, new UserId(PROGRAM_PREFIX + name), name, "");
  }

  private static Identity identity(String organization, UserId id, String name, String avatarUrl) {
    return new Identity(
        organization,
        id,
        name,
        avatarUrl,
        OrganizationRole.OWNER,
        "",
        Instant.MAX,
        Identity.Kind.SERVER);
  }
}
