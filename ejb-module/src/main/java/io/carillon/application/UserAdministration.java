package io.carillon.application;

import io.carillon.domain.channel.ChannelCatalog;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserCatalog;
import io.carillon.domain.user.UserFilter;
import io.carillon.domain.user.UserId;
import io.carillon.domain.user.UserRepository;
import io.carillon.presence.PresenceService;
import io.carillon.security.Passwords;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;

/**
 * Who is in an organization, for its administrators. {@link AccountService} changes it. Any thread.
 */
@ApplicationScoped
public class UserAdministration {
  /** Accounts of one page at most. */
  public static final int MAX_PAGE = 200;

  public static final int MAX_PLACES = 200;
  public static final int MIN_PASSWORD = 8;

  private final UserCatalog catalog;
  private final UserRepository users;
  private final PresenceService presence;
  private final AdminRights rights;
  private final ChannelCatalog channels;
  private final AccountService accounts;
  private final Passwords passwords;

  /** A line of the list. */
  public record Row(User user, boolean online) {}

  protected UserAdministration() { // for the client proxy
    this(null, null, null, null, null, null, null);
  }

  @Inject
  public UserAdministration(
      UserCatalog catalog,
      UserRepository users,
      PresenceService presence,
      AdminRights rights,
      ChannelCatalog channels,
      AccountService accounts,
      Passwords passwords) {
    this.catalog = catalog;
    this.users = users;
    this.presence = presence;
    this.rights = rights;
    this.channels = channels;
    this.accounts = accounts;
    this.passwords = passwords;
  }

  /**
   * The organization's accounts.
   *
   * @param after where the page before ended; the first page is counted as well
   * @param limit 1 to {@value #MAX_PAGE}
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public AdminPage<Row> search(
      Identity by, UserFilter filter, UserFilter.Order order, UserFilter.Mark after, int limit) {
    rights.require(by, AdminRight.USERS_VIEW);
    List<User> found = catalog.search(by.organization(), filter, order, after, limit + 1);
    AdminPage<User> page =
        AdminPage.of(
            found, limit, after.isBeginning(), () -> catalog.count(by.organization(), filter));
    Set<UserId> online =
        MemberAdministration.onlineAmong(
            presence, by, page.items().stream().map(User::id).toList());
    return page.map(user -> new Row(user, online.contains(user.id())));
  }

  /**
   * One account.
   *
   * @throws RealtimeException with {@code FORBIDDEN} or {@code NOT_FOUND}
   */
  public Row get(Identity by, UserId id) {
    rights.require(by, AdminRight.USERS_VIEW);
    User user =
        users
            .find(by.organization(), id)
            .orElseThrow(() -> new RealtimeException(ErrorCode.NOT_FOUND, "user"));
    boolean online = MemberAdministration.onlineAmong(presence, by, List.of(id)).contains(id);
    return new Row(user, online);
  }

  /** Where a user is a member, or banned; at most {@value #MAX_PLACES}, by the channels' names. */
  public List<ChannelCatalog.Place> placesOf(Identity by, UserId id) {
    rights.require(by, AdminRight.USERS_VIEW);
    return channels.placesOf(by.organization(), id, MAX_PLACES);
  }

  /**
   * Makes an account with a password.
   *
   * @throws RealtimeException as {@link AccountService#create}; {@code MALFORMED} for a password of
   *     fewer than {@value #MIN_PASSWORD} characters or more than {@value Passwords#MAX_LENGTH}
   */
  public Row create(Identity by, UserId id, String name, OrganizationRole role, String password) {
    rights.require(by, AdminRight.USERS_MANAGE);
    accounts.create(by, id, name, role, hash(password));
    return get(by, id);
  }

  /** Gives an account a password; as {@link AccountService#changePassword}. */
  public void changePassword(Identity by, UserId id, String password) {
    rights.require(by, AdminRight.USERS_MANAGE);
    accounts.changePassword(by, id, hash(password));
  }

  /** Outside of any transaction: it takes its time. */
  private String hash(String password) {
    if (password.length() < MIN_PASSWORD) {
      throw new RealtimeException(ErrorCode.MALFORMED, "password");
    }
    return passwords.hash(password);
  }
}
