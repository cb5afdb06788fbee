package io.carillon.domain.message;

import io.carillon.domain.channel.Channel;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/** A channel's messages as moderators look for them. Every method is one transaction. */
public interface MessageCatalog {
  /** Places of the log that one call looks at, at most. */
  int MAX_SCANNED = 10_000;

  /**
   * What is looked for.
   *
   * @param text is in the payload, in any case; the empty string for all
   * @param author the empty string for all
   */
  record Query(String text, String author) {
    public Query {
      Objects.requireNonNull(text);
      Objects.requireNonNull(author);
    }
  }

  /**
   * What was found, latest first.
   *
   * @param next where to look on, as {@code before}; empty at the beginning of the log. There may
   *     be few messages, or none, and more further back.
   */
  record Found(List<Publication> messages, OptionalLong next) {
    public Found {
      messages = List.copyOf(messages);
      Objects.requireNonNull(next);
    }
  }

  /**
   * Looks through a log, from a place backwards. Deleted messages keep their places, and have no
   * text to be found by.
   *
   * @param before exclusive; {@link Long#MAX_VALUE} for the end
   * @param limit 1 to 1,000
   */
  Found search(Channel channel, Query query, long before, int limit);
}
