package io.carillon.domain.user;

import io.carillon.domain.Text;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.regex.Pattern;

/** A tenant: users, channels and API keys belong to one, and nothing crosses it. */
@Entity
@Table(name = "organization")
public class Organization {
  public static final int MAX_TITLE = 200;
  private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,64}");

  @Id private String id;
  private String title;

  @Column(name = "created_at", updatable = false)
  private long createdAtMillis;

  /** For the persistence provider. */
  protected Organization() {}

  /**
   * @param id {@code [a-z0-9-]}, 1 to 64 characters
   * @throws RealtimeException with {@code MALFORMED} or, for the title, {@code TOO_LARGE}
   */
  public Organization(String id, String title, long createdAtMillis) {
    this.id = checkedId(id);
    this.title = Text.checked(title, MAX_TITLE, "title");
    this.createdAtMillis = createdAtMillis;
  }

  public static boolean isId(String text) {
    return text != null && ID.matcher(text).matches();
  }

  /**
   * @throws RealtimeException with {@code MALFORMED}
   */
  public static String checkedId(String text) {
    if (!isId(text)) {
      throw new RealtimeException(ErrorCode.MALFORMED, "organization");
    }
    return text;
  }

  public String id() {
    return id;
  }

  public String title() {
    return title;
  }

  public long createdAtMillis() {
    return createdAtMillis;
  }
}
