package io.carillon.domain.message;

import io.carillon.domain.channel.Cursor;
import java.util.List;

/**
 * Messages by their own place, oldest first. A deleted one keeps its place, without content.
 *
 * @param position the log's end when the page was read
 */
public record HistoryPage(List<Publication> messages, boolean hasMore, Cursor position) {
  public HistoryPage {
    messages = List.copyOf(messages);
  }
}
