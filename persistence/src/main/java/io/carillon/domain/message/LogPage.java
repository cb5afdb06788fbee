package io.carillon.domain.message;

import java.util.List;

/**
 * A stretch of a channel's log, compacted: each message once, as it is after its latest change, in
 * order of revision.
 *
 * @param epoch of the log that was read
 * @param publications in rising order of revision
 * @param completeTo nothing committed up to this offset is missing after this page
 * @param hasMore there was more than the limit
 */
public record LogPage(
    String epoch, List<Publication> publications, long completeTo, boolean hasMore) {
  public LogPage {
    publications = List.copyOf(publications);
  }
}
