package io.carillon.application;

import io.carillon.domain.user.Identity;
import io.carillon.security.Logins;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;

/** What ends the proofs of people, on every node. Any thread; waits for the database. */
@ApplicationScoped
public class AccountService {
  private final Logins logins;
  private final RightsChanges rights;

  protected AccountService() { // for the client proxy
    this(null, null);
  }

  @Inject
  public AccountService(Logins logins, RightsChanges rights) {
    this.logins = logins;
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
}
