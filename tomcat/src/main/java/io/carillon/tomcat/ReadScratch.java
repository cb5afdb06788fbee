package io.carillon.tomcat;

import java.nio.ByteBuffer;

/** A thread's buffer for what a socket brings, and a parser to lend. Confined to its thread. */
final class ReadScratch {
  private static final int CAPACITY = 16 * 1024;
  private static final ThreadLocal<ReadScratch> OF_THREAD =
      ThreadLocal.withInitial(ReadScratch::new);

  private final byte[] bytes = new byte[CAPACITY];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes);
  private WebSocketParser idleParser; // null while it is lent, or none was made

  private ReadScratch() {}

  static ReadScratch ofThisThread() {
    return OF_THREAD.get();
  }

  byte[] bytes() {
    return bytes;
  }

  /** The same bytes, empty, to be read into. */
  ByteBuffer buffer() {
    return buffer.clear();
  }

  /** A parser that has read nothing; whoever does not give it back keeps it. */
  WebSocketParser parser(int limit, boolean takesBinary) {
    WebSocketParser lent = idleParser;
    idleParser = null;
    return lent != null && lent.isFor(limit, takesBinary)
        ? lent
        : new WebSocketParser(limit, takesBinary);
  }

  void giveBack(WebSocketParser idle) {
    idleParser = idle;
  }
}
