package io.carillon.domain.user;

/**
 * An account, and whether a certain one of its tokens was given back; both of one moment.
 *
 * @param user a detached snapshot
 */
public record TokenOwner(User user, boolean revoked) {

  /**
   * Whose a token is.
   *
   * @param tokenId any text
   */
  public record Question(String organization, UserId user, String tokenId) {}
}
