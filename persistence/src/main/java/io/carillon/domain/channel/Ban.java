package io.carillon.domain.channel;

import io.carillon.domain.user.UserId;
import java.util.Objects;

/**
 * Somebody who is kept out of a channel.
 *
 * @param name the user's id where no account is known
 * @param by who has said so
 * @param reason in that one's words, or the empty string
 */
public record Ban(UserId user, String name, long bannedAtMillis, String by, String reason) {
  public static final int MAX_REASON = 500;

  public Ban {
    Objects.requireNonNull(user);
    Objects.requireNonNull(name);
    Objects.requireNonNull(by);
    Objects.requireNonNull(reason);
  }
}
