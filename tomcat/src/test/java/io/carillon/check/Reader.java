package io.carillon.check;

import java.util.List;

/**
 * An application that reads channels over one transport, remembers how far it came, and comes back
 * there whenever its connection ends. Any thread.
 */
public interface Reader {
  List<String> channels();

  ReaderLog log();

  /** Connects for the first time, to hear what happens from then on. */
  void start();

  /**
   * Connects for the first time, with what it has of its only channel already: a history page, say,
   * which the caller has written into the log.
   */
  void startAt(String position);

  /** Reads nothing, once its connection is open, until told to go on. */
  void pause();

  void resume();

  /** Breaks the connection off; it comes back by itself. */
  void cut();

  /** Ends it for good. */
  void stop();
}
