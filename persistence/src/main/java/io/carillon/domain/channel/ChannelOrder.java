package io.carillon.domain.channel;

import java.util.Objects;

/** In which order a list of channels comes; names decide where the values are the same. */
public record ChannelOrder(By by, boolean descending) {
  /** By name, the first first. */
  public static final ChannelOrder NAME = new ChannelOrder(By.NAME, false);

  public enum By {
    NAME,
    CREATED_AT,
    LAST_OFFSET
  }

  public ChannelOrder {
    Objects.requireNonNull(by);
  }

  /**
   * Where a page ends, and the next one begins.
   *
   * @param number what the last channel has of what is ordered by; 0 for names
   * @param name the last channel's; the empty string for the beginning of the list
   */
  public record Mark(long number, String name) {
    public static final Mark BEGINNING = new Mark(0, "");

    public Mark {
      Objects.requireNonNull(name);
    }

    public boolean isBeginning() {
      return name.isEmpty();
    }
  }

  /** The mark of a channel. */
  public Mark markOf(Channel channel) {
    String name = channel.key().name().value();
    return switch (by) {
      case NAME -> new Mark(0, name);
      case CREATED_AT -> new Mark(channel.createdAtMillis(), name);
      case LAST_OFFSET -> new Mark(channel.lastOffset(), name);
    };
  }
}
