package io.carillon.domain.channel;

import java.io.Serializable;
import java.util.Objects;

/** The primary key of what is stored for one user in one channel. */
public class MemberKey implements Serializable {
  private static final long serialVersionUID = 1L;

  private long channelId;
  private String userId;

  /** For the persistence provider. */
  public MemberKey() {}

  public MemberKey(long channelId, String userId) {
    this.channelId = channelId;
    this.userId = userId;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MemberKey key
        && key.channelId == channelId
        && Objects.equals(key.userId, userId);
  }

  @Override
  public int hashCode() {
    return Objects.hash(channelId, userId);
  }
}
