package io.carillon.domain.user;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The accounts. Every method is one transaction, begun by the implementation where the caller has
 * none. What {@link #lock} returns is stored as it is changed, at the commit; all other methods
 * return detached snapshots.
 */
public interface UserRepository {

  Optional<User> find(String organization, UserId id);

  /**
   * The accounts to which tokens belong: whatever opens a connection asks this. Always in a
   * transaction of its own, with at most two statements for each organization.
   *
   * @param questions at most 1,000
   * @return in the order of the questions; empty for an account that does not exist, whatever
   *     became of the token
   */
  List<Optional<TokenOwner>> findOwners(List<TokenOwner.Question> questions);

  /**
   * The account, locked until the caller's transaction ends; changes of the entity are stored at
   * its commit. Only inside a transaction of the caller.
   */
  Optional<User> lock(String organization, UserId id);

  /**
   * Stores a new account.
   *
   * @return false when there is one with this id; then nothing changes
   */
  boolean add(User user);

  /**
   * Makes the account that a valid token speaks of, and its organization, where they do not exist
   * yet; any number of nodes may do so at once. A name or picture that the token brings replaces an
   * older one; the role of an existing account stays. Writes nothing when nothing is new.
   */
  User provision(Identity identity);

  /**
   * Accounts by id; unknown ones are left out.
   *
   * @param ids at most 1,000
   */
  List<User> findAll(String organization, Collection<UserId> ids);

  /**
   * In the order of their ids.
   *
   * @param afterId the last id of the page before; the empty string for the first page
   * @param limit 1 to 1,000
   */
  List<User> list(String organization, String afterId, int limit);
}
