package io.carillon.application;

import io.carillon.domain.channel.Access;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.rights.RightsChange;
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
import java.util.Collection;

/** What ends the proofs of people, on every node. Any thread; waits for the database. */
@ApplicationScoped
public class AccountService {
  private static final JsonObject NOTHING = new JsonObject();

  private final Logins logins;
  private final UserRepository users;
  private final Audit audit;
  private final RightsChanges rights;

  protected AccountService() { // for the client proxy
    this(null, null, null, null);
  }

  @Inject
  public AccountService(Logins logins, UserRepository users, Audit audit, RightsChanges rights) {
    this.logins = logins;
    this.users = users;
    this.audit = audit;
    this.rights = rights;
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

  private User accountToChange(Identity by, UserId user) {
    if (!by.isAdminInPerson()) {
      throw Access.forbidden();
    }
    if (by.userId().equals(user)) {
      throw new RealtimeException(ErrorCode.CONFLICT, "the own account");
    }
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
