package io.carillon.domain.user;

import io.carillon.domain.Text;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;

/**
 * An account, local or known from a foreign token. Its key is the organization and the user's id,
 * not a number of our own: messages name their author by that id, so reading and storing them needs
 * no look-up of it.
 */
@Entity
@Table(name = "app_user")
@IdClass(User.Key.class)
public class User {
  public static final int MAX_NAME = 200;
  public static final int MAX_AVATAR_URL = 1_000;
  public static final int MAX_PASSWORD_HASH = 300;

  @Id
  @Column(name = "organization_id")
  private String organization;

  @Id
  @Column(name = "user_id")
  private String id;

  @Column(name = "display_name")
  private String name;

  @Column(name = "avatar_url")
  private String avatarUrl; // empty for none

  @Enumerated(EnumType.STRING)
  @Column(name = "organization_role")
  private OrganizationRole role;

  @Column(name = "password_hash")
  private String passwordHash; // null: no local login

  private boolean locked;

  @Column(name = "signed_out_at")
  private long signedOutAtMillis; // 0 for never

  @Column(name = "created_at", updatable = false)
  private long createdAtMillis;

  /** For the persistence provider. */
  protected User() {}

  /**
   * An account without a password.
   *
   * @param name a blank one becomes the id
   * @param avatarUrl the empty string for none
   * @throws io.carillon.domain.error.RealtimeException with {@code TOO_LARGE} or {@code MALFORMED}
   */
  public User(
      String organization,
      UserId id,
      String name,
      String avatarUrl,
      OrganizationRole role,
      long createdAtMillis) {
    this.organization = Organization.checkedId(organization);
    this.id = id.value();
    this.role = Objects.requireNonNull(role);
    this.createdAtMillis = createdAtMillis;
    describe(name, avatarUrl);
  }

  /**
   * Takes another display name and picture.
   *
   * @param newName a blank one becomes the id
   * @param newAvatarUrl the empty string for none
   * @throws io.carillon.domain.error.RealtimeException with {@code TOO_LARGE} or {@code MALFORMED}
   */
  public final void describe(String newName, String newAvatarUrl) {
    name = newName.isBlank() ? id : Text.checked(newName, MAX_NAME, "name");
    avatarUrl = Text.checked(newAvatarUrl, MAX_AVATAR_URL, "avatarUrl");
  }

  /**
   * Whether a token tells nothing new about this account. One without a picture says nothing about
   * that.
   */
  public boolean isDescribedBy(Identity identity) {
    boolean sameName = identity.name().isBlank() || identity.name().equals(name());
    boolean samePicture =
        identity.avatarUrl().isEmpty() || identity.avatarUrl().equals(avatarUrl());
    return sameName && samePicture;
  }

  /** Takes another display name. */
  public void rename(String newName) {
    describe(newName, avatarUrl);
  }

  public void appoint(OrganizationRole newRole) {
    role = Objects.requireNonNull(newRole);
  }

  /**
   * @param hash of a memory-hard function, with its parameters and salt
   */
  public void changePassword(String hash) {
    passwordHash = Text.checked(hash, MAX_PASSWORD_HASH, "password hash");
  }

  /** Refuses every login from now on. */
  public void lock() {
    locked = true;
  }

  public void unlock() {
    locked = false;
  }

  /**
   * Refuses every proof of before from now on.
   *
   * @param nowMillis proofs tell their time to the second: a new life begins with the next one, or
   *     one later still, where somebody has come in for that one already
   */
  public void signOut(long nowMillis) {
    long nextSecond = (nowMillis / 1_000 + 1) * 1_000;
    signedOutAtMillis = Math.max(nextSecond, signedOutAtMillis + 1_000);
  }

  /** Proofs of before this moment are refused, in epoch milliseconds; 0 for none. */
  public long signedOutAtMillis() {
    return signedOutAtMillis;
  }

  public String organization() {
    return organization;
  }

  public UserId id() {
    return new UserId(id);
  }

  public String name() {
    return name;
  }

  /** The empty string for none. */
  public String avatarUrl() {
    return avatarUrl;
  }

  public OrganizationRole role() {
    return role;
  }

  /** Empty for an account that only foreign tokens open. */
  public Optional<String> passwordHash() {
    return Optional.ofNullable(passwordHash);
  }

  public boolean isLocked() {
    return locked;
  }

  public long createdAtMillis() {
    return createdAtMillis;
  }

  /** The primary key. */
  public static class Key implements Serializable {
    private static final long serialVersionUID = 1L;

    private String organization;
    private String id;

    /** For the persistence provider. */
    public Key() {}

    public Key(String organization, String id) {
      this.organization = organization;
      this.id = id;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && Objects.equals(key.organization, organization)
          && Objects.equals(key.id, id);
    }

    @Override
    public int hashCode() {
      return Objects.hash(organization, id);
    }
  }
}
