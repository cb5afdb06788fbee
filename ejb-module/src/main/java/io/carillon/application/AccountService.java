package io.carillon.application;

import io.carillon.domain.channel.Access;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserId;
import io.carillon.domain.user.UserRepository;
import io.carillon.json.JsonObject;
import io.carillon.security.Logins;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.Collection;
import java.util.Optional;

/**
 * The accounts, and what ends the proofs of people on every node. Any thread; waits for the
 * database.
 */
@ApplicationScoped
public class AccountService {
  private static final JsonObject NOTHING = new JsonObject();

  private final Logins logins;
  private final UserRepository users;
  private final Audit audit;
  private final RightsChanges rights;
  private final Clock clock;

  protected AccountService() { // for the client proxy
    this(null, null, null, null, null);
  }

  @Inject
  public AccountService(
      Logins logins, UserRepository users, Audit audit, RightsChanges rights, Clock clock) {
    this.logins = logins;
    this.users = users;
    this.audit = audit;
    this.rights = rights;
    this.clock = clock;
  }

  /**
   * Ends the caller's session, or revokes the one foreign token, with the connections that it
   * opened. An API key does not log out.
   */
  @Transactional
  public void logout(Identity by) {
    logins.logout(by).ifPresent(rights::announce);
  }

  /** {@link #logout} for many, as one. */
  @Transactional
  public void logout(Collection<Identity> all) {
    all.forEach(identity -> logins.logout(identity).ifPresent(rights::announce));
  }

  /**
   * Refuses whatever an account shows from now on, and ends its connections. Again: changes
   * nothing.
   *
   * @throws RealtimeException with {@code FORBIDDEN} for all but the organization's admins in
   *     person, and for an admin who is no owner if the account is an owner's; {@code CONFLICT} for
   *     the own account; {@code NOT_FOUND}
   */
  @Transactional
  public void lock(Identity by, UserId user) {
    User account = accountToChange(by, user);
    if (!account.isLocked()) {
      account.lock();
      changed(by, "user.lock", user);
    }
  }

  /** Takes the lock away. Refuses as {@link #lock}. */
  @Transactional
  public void unlock(Identity by, UserId user) {
    User account = accountToChange(by, user);
    if (account.isLocked()) {
      account.unlock();
      changed(by, "user.unlock", user);
    }
  }

  /**
   * Makes an account with a password.
   *
   * @param passwordHash of {@link io.carillon.security.Passwords}
   * @throws RealtimeException with {@code FORBIDDEN}, also for a role that the caller cannot give,
   *     {@code CONFLICT} for an id that is taken, {@code MALFORMED} or {@code TOO_LARGE}
   */
  @Transactional
  public void create(
      Identity by, UserId id, String name, OrganizationRole role, String passwordHash) {
    requireManager(by);
    requireMayGive(by, role);
    User user = new User(by.organization(), id, name, "", role, clock.millis());
    user.changePassword(passwordHash);
    if (!users.add(user)) {
      throw new RealtimeException(ErrorCode.CONFLICT, "the user's id is taken");
    }
    audit.organization(by, "user.create", id.value(), NOTHING, state(user));
  }

  /**
   * Gives an account another name, another role, or both. The role of an account without a password
   * comes with its tokens.
   *
   * @throws RealtimeException as {@link #lock}; also with {@code FORBIDDEN} for a role that the
   *     caller cannot give, and with {@code CONFLICT} for one that comes with the tokens
   */
  @Transactional
  public void change(
      Identity by, UserId id, Optional<String> name, Optional<OrganizationRole> role) {
    User account = role.isPresent() ? accountToChange(by, id) : accountOfAnybody(by, id);
    JsonObject before = state(account);
    name.ifPresent(account::rename);
    if (role.isPresent() && role.get() != account.role()) {
      requireMayGive(by, role.get());
      if (account.passwordHash().isEmpty()) {
        throw new RealtimeException(ErrorCode.CONFLICT, "the role comes with the tokens");
      }
      account.appoint(role.get());
      rights.announce(RightsChange.ofUser(by.organization(), id));
    }
    JsonObject after = state(account);
    if (!after.equals(before)) {
      audit.organization(by, "user.change", id.value(), before, after);
    }
  }

  /**
   * Gives an account a password, and signs its user out.
   *
   * @throws RealtimeException as {@link #lock}, but for the own account
   */
  @Transactional
  public void changePassword(Identity by, UserId id, String passwordHash) {
    User account = accountOfAnybody(by, id);
    account.changePassword(passwordHash);
    account.signOut(clock.millis());
    changed(by, "user.password", id);
  }

  /**
   * Refuses every proof that the user has so far, and ends what it has opened.
   *
   * @throws RealtimeException as {@link #lock}, but for the own account
   */
  @Transactional
  public void signOut(Identity by, UserId id) {
    accountOfAnybody(by, id).signOut(clock.millis());
    changed(by, "user.sign-out", id);
  }

  private static void requireManager(Identity by) {
    if (!by.has(AdminRight.USERS_MANAGE)) {
      throw Access.forbidden();
    }
  }

  private static void requireMayGive(Identity by, OrganizationRole role) {
    if (role == OrganizationRole.OWNER && by.role() != OrganizationRole.OWNER) {
      throw Access.forbidden();
    }
  }

  private static JsonObject state(User user) {
    return new JsonObject().put("name", user.name()).put("role", user.role().name());
  }

  private User accountToChange(Identity by, UserId user) {
    requireManager(by);
    if (by.userId().equals(user)) {
      throw new RealtimeException(ErrorCode.CONFLICT, "the own account");
    }
    return accountOfAnybody(by, user);
  }

  private User accountOfAnybody(Identity by, UserId user) {
    requireManager(by);
    User account =
        users
            .lock(by.organization(), user)
            .orElseThrow(() -> new RealtimeException(ErrorCode.NOT_FOUND, "user"));
    if (account.role() == OrganizationRole.OWNER && by.role() != OrganizationRole.OWNER) {
      throw Access.forbidden();
    }
    return account;
  }

  private void changed(Identity by, String action, UserId user) {
    audit.organization(by, action, user.value(), NOTHING, NOTHING);
    rights.announce(RightsChange.ofUser(by.organization(), user));
  }
}
