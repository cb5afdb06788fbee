package io.carillon.hub;

/** The end of an {@link OutboundQueue}: a transport that writes without blocking. */
public interface FrameWriter {

  /**
   * Takes as many frames as go out now, in order. Called by one thread at a time, without any lock
   * held. When it takes less than all, it calls {@link OutboundQueue#writable()} as soon as more
   * can go, from any thread, also from inside this call.
   *
   * <p>A frame of which only a part went out is not taken yet: the writer remembers how far it
   * came, and the queue offers the same frame first again. After a {@link EncodedFrame.Kind#CLOSE}
   * nothing more is offered.
   *
   * @param frames only the first {@code count} are to be read, and only during this call
   * @return how many frames went out whole, 0 to {@code count}
   * @throws java.io.IOException when the connection is lost; the queue closes
   */
  int write(EncodedFrame[] frames, int count) throws java.io.IOException;

  /**
   * The queue has closed for good and will offer nothing more: because of an overflow ({@code
   * SLOW_CONSUMER}) or a failed write ({@code INTERNAL}). Must not block; called without a lock,
   * once.
   */
  void aborted(io.carillon.domain.error.ErrorCode reason);
}
