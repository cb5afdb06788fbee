package io.carillon.gateway.sse;

import io.carillon.application.Joining;
import io.carillon.application.Position;
import io.carillon.application.Since;
import io.carillon.domain.channel.Cursor;
import java.util.Collection;
import java.util.Optional;

/** Where a stream or poll begins. */
final class Positions {
  /** A position that no channel ever gave. */
  private static final Since UNKNOWN = Since.text("?");

  private Positions() {}

  /**
   * For several channels: a single channel's position would fit whichever of them has the same
   * epoch, so it is as good as garbage.
   */
  static Since vectorOnly(Since since) {
    return since.text().isEmpty() || since.text().flatMap(Position::parse).isPresent()
        ? since
        : UNKNOWN;
  }

  /** Where delivery in a channel begins; empty for a channel without a log. */
  static Optional<Cursor> start(Joining joining) {
    return joining.position().map(end -> new Cursor(end.epoch(), joining.startFrom()));
  }

  /** Where delivery begins, in all channels that have a log. */
  static Position start(Collection<Joining> joinings) {
    Position position = Position.nowhere();
    for (Joining joining : joinings) {
      Optional<Cursor> start = start(joining);
      if (start.isPresent()) {
        position = position.with(joining.channelNumber(), start.get());
      }
    }
    return position;
  }
}
