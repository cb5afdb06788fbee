package io.carillon.facade;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * For whom a call speaks.
 *
 * <p>The values of the remote view are classes and no records: the object request broker of Payara
 * writes records and cannot read them.
 */
public final class Author implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String organization;
  private final String id;
  private final boolean program;

  public Author(String organization, String id, boolean program) {
    this.organization = Objects.requireNonNull(organization);
    this.id = Objects.requireNonNull(id);
    this.program = program;
  }

  /**
   * On behalf of a user, who need not have an account.
   *
   * @param userId 1 to 64 characters
   */
  public static Author user(String organization, String userId) {
    return new Author(organization, userId, false);
  }

  /**
   * As a part of the system, which readers see as {@code system:} and its name.
   *
   * @param name 1 to 57 characters
   */
  public static Author program(String organization, String name) {
    return new Author(organization, name, true);
  }

  /** The tenant, which must exist. */
  public String organization() {
    return organization;
  }

  /** The user's id, or the program's name; a client id is unique for one of these. */
  public String id() {
    return id;
  }

  /** Whether it is a part of the system and no person. */
  public boolean isProgram() {
    return program;
  }

  private List<Object> values() {
    return List.of(organization, id, program);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Author author && values().equals(author.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return "Author" + values();
  }
}
