package io.carillon.application;

import io.carillon.config.Settings;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.MembershipRepository;
import io.carillon.domain.channel.Role;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.user.OrganizationRepository;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserId;
import io.carillon.domain.user.UserRepository;
import io.carillon.security.Passwords;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The organization that is always there, {@code demo}, and in demo mode people and channels to try
 * things with. What exists is left as it is, so whatever was changed stays changed.
 */
@ApplicationScoped
public class DemoData {
  private static final String ORGANIZATION = "demo";

  private final OrganizationRepository organizations;
  private final UserRepository users;
  private final ChannelRepository channels;
  private final MembershipRepository memberships;
  private final Passwords passwords;
  private final Clock clock;
  private final boolean demo;

  /**
   * Kept for the next try: on a machine with much to do this takes longer than the database lets a
   * transaction stand still.
   */
  private final Map<String, String> hashes = new ConcurrentHashMap<>();

  protected DemoData() { // for the client proxy
    this.organizations = null;
    this.users = null;
    this.channels = null;
    this.memberships = null;
    this.passwords = null;
    this.clock = null;
    this.demo = false;
  }

  @Inject
  public DemoData(
      OrganizationRepository organizations,
      UserRepository users,
      ChannelRepository channels,
      MembershipRepository memberships,
      Passwords passwords,
      Clock clock,
      Settings settings) {
    this.organizations = organizations;
    this.users = users;
    this.channels = channels;
    this.memberships = memberships;
    this.passwords = passwords;
    this.clock = clock;
    this.demo = settings.demo().enabled();
  }

  /** Makes what is missing, all of it or nothing. At the start, before the first request. */
  @Transactional
  public void ensure() {
    organizations.ensure(ORGANIZATION);
    if (!demo) {
      return;
    }
    account("alice", "Alice", OrganizationRole.MEMBER);
    account("bob", "Bob", OrganizationRole.MEMBER);
    account("carol", "Carol", OrganizationRole.MEMBER);
    account("admin", "Admin", OrganizationRole.ADMIN);
    Map<String, Role> all =
        Map.of("admin", Role.OWNER, "alice", Role.WRITER, "bob", Role.WRITER, "carol", Role.WRITER);
    // Members, although everybody may read: only a member's unread messages are counted.
    channel("general", ChannelKind.CHAT, Visibility.PUBLIC, "General", all);
    channel("random", ChannelKind.CHAT, Visibility.PUBLIC, "Random", all);
    channel(
        "board",
        ChannelKind.CHAT,
        Visibility.PRIVATE,
        "Board",
        Map.of("admin", Role.OWNER, "alice", Role.WRITER));
    channel("todos", ChannelKind.LIST, Visibility.PUBLIC, "Todos", Map.of("admin", Role.OWNER));
  }

  private void account(String id, String name, OrganizationRole role) {
    UserId userId = new UserId(id);
    if (users.find(ORGANIZATION, userId).isEmpty()) {
      User user = new User(ORGANIZATION, userId, name, "", role, clock.millis());
      user.changePassword(hashes.computeIfAbsent(id, passwords::hash));
      users.add(user);
    }
  }

  private void channel(
      String name,
      ChannelKind kind,
      Visibility visibility,
      String title,
      Map<String, Role> members) {
    ChannelKey key = new ChannelKey(ORGANIZATION, new ChannelName(name));
    if (channels.find(key).isEmpty()) {
      Channel channel =
          channels.create(
              new Channel(key, kind, visibility, title, ChannelPolicy.DEFAULT, clock.millis()));
      members.forEach((id, role) -> memberships.add(channel, new UserId(id), role));
    }
  }
}
