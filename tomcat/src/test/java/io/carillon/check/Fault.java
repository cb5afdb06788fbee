package io.carillon.check;

/** What a checker can find; each is a promise broken. */
public enum Fault {
  /** Acknowledged, or delivered, and not stored so. */
  LOST("lost"),
  /** Stored, acknowledged or delivered twice. */
  REPEATED("repeated"),
  /** Stored or delivered, and nobody asked for it, or not there, or it had been refused. */
  PHANTOM("phantom"),
  /** A number that nothing has, or that a reader was not given and not told to be missing. */
  GAP("gaps"),
  /** Not the order of the numbers, of acknowledgements, or not what others got in that place. */
  REORDERED("reordered"),
  /** Acknowledged, and then not found by its sender. */
  STALE("stale"),
  /** Delivered to, or taken from, somebody who had been removed. */
  RIGHTS("rights");

  private final String word;

  Fault(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }
}
