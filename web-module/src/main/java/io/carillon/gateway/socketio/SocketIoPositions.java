package io.carillon.gateway.socketio;

import io.carillon.application.Joining;
import io.carillon.domain.channel.Cursor;
import io.carillon.domain.message.Publication;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.OutboundQueue;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where one session is in each of its channels: what the client brings back after a cut. Any
 * thread.
 *
 * <p>An event's position must tell of all channels. As long as only one was joined, and nothing has
 * come on those that nobody joins, the event's own place tells it all, and all such sessions share
 * the event's bytes.
 */
final class SocketIoPositions {
  /** In place of a cursor, for a channel without a log: that it was joined. */
  private static final Cursor JOINED = new Cursor("0", 0);

  private final OutboundQueue queue;

  // Guarded by this.
  private final Map<Long, Cursor> cursors = new TreeMap<>();
  private final Set<Long> automatic = new HashSet<>(4); // still where the session began
  private int others; // in cursors beside the automatic ones

  SocketIoPositions(OutboundQueue queue) {
    this.queue = queue;
  }

  synchronized void entered(Joining joining, boolean isAutomatic) {
    long number = joining.channelNumber();
    Cursor cursor =
        joining.position().map(end -> new Cursor(end.epoch(), joining.startFrom())).orElse(JOINED);
    if (cursors.put(number, cursor) == null && !isAutomatic) {
      others++;
    }
    if (isAutomatic) {
      automatic.add(number);
    }
  }

  synchronized void left(long number) {
    if (cursors.remove(number) != null && !automatic.remove(number)) {
      others--;
    }
  }

  /** Of all channels: {@code n_epoch-offset} for each, with full stops between. */
  synchronized String text() {
    StringBuilder text = new StringBuilder(24 * cursors.size());
    cursors.forEach(
        (number, cursor) -> {
          if (text.length() > 0) {
            text.append('.');
          }
          text.append(SocketIoEncoder.position(number, cursor));
        });
    return text.toString();
  }

  /**
   * Queues an event with the position that it leads to. Both under one lock: a position must not be
   * on its way before the event that it counts as received.
   *
   * @param frame with the position of its own channel
   */
  synchronized OutboundQueue.Offer offer(long number, Publication event, EncodedFrame frame) {
    if (!cursors.containsKey(number)) {
      return OutboundQueue.Offer.ACCEPTED; // left meanwhile
    }
    cursors.put(number, event.cursor());
    if (automatic.remove(number)) {
      others++;
    }
    if (others == 1) {
      return queue.offer(frame);
    }
    return queue.offer(List.of(SocketIoEncoder.beginning(frame), SocketIoEncoder.end(text())));
  }
}
