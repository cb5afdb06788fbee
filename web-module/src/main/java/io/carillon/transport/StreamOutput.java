package io.carillon.transport;

import io.carillon.hub.EncodedFrame;
import java.io.IOException;
import java.util.Map;

/**
 * The body of one HTTP answer that is written bit by bit and never blocks: what a stream or a poll
 * needs of the container, and nothing else, so that a container's faster way can stand behind it.
 *
 * <p>Any thread may call any method at any time. After the end every method does nothing: the
 * container may have given the response object to another request by then.
 */
public interface StreamOutput {
  /** Name of a request attribute with an output that the container's own part offers. */
  String ATTRIBUTE = "io.carillon.transport.output";

  /** Hears from the container. Called without a lock held, and must not block. */
  interface Listener {

    /** Bytes are taken again; also once after the beginning, before which none are taken. */
    void writePossible();

    /** It is over, whoever ended it: this side, the client, or the container. Called once. */
    void ended();
  }

  /** Who hears; set once, before anything else is called. */
  void listen(Listener listener);

  /**
   * Sends status and headers with the first bytes. {@link Listener#writePossible()} follows.
   *
   * @return false if it is over already
   */
  boolean begin(int status, Map<String, String> headers);

  /**
   * Takes as many of the frames' bytes as go out now and sends them on their way, together. When it
   * takes less than all, {@link Listener#writePossible()} follows.
   *
   * @param from the first frame
   * @param end exclusive; each frame before it has bytes
   * @param skip bytes of the first frame that were taken before
   * @return how many bytes were taken
   * @throws IOException when the connection is lost or this is over
   */
  int write(EncodedFrame[] frames, int from, int end, int skip) throws IOException;

  /**
   * Ends the answer in order, once everything that was taken is on its way.
   *
   * @return whether it is over now; otherwise that waits for the client
   */
  boolean complete();

  /**
   * Whether the client is known to be gone, although nothing has failed yet: for now and then,
   * since it may ask the system. False where nobody can tell. Takes no lock of the output.
   */
  boolean isClientLost();

  /**
   * Ends it at once, where the container can also the connection: for a client that takes nothing.
   */
  void abort();

  /**
   * Gives the answer back, for somebody else to make; it is over here.
   *
   * @return false if it has begun, or was over before
   */
  boolean release();
}
