package io.carillon.domain.message;

import java.util.List;

/**
 * A stretch of a channel's log, compacted: of the changes of one message only the latest is left. A
 * message that is made within the stretch and changed later comes twice: made, at its own place,
 * with what it says now, and changed, at the place of that. So whoever is cut off between the two
 * has it, and goes on as if there had been no cut. One that is deleted later comes as deleted
 * alone. Ends, start and rows are of one moment.
 *
 * @param epoch of the log that was read
 * @param publications in rising order of revision
 * @param completeTo nothing committed up to this offset is missing after this page
 * @param hasMore there was more than the limit
 * @param prunedOffset changes up to this offset may be gone: a page read after an offset below it
 *     may have a gap at its beginning
 */
public record LogPage(
    String epoch,
    List<Publication> publications,
    long completeTo,
    boolean hasMore,
    long prunedOffset) {
  public LogPage {
    publications = List.copyOf(publications);
  }

  /** Whether nothing is missing between that offset and this page, which was read after it. */
  public boolean continuesFrom(long offset) {
    return offset >= prunedOffset;
  }
}
