package io.carillon.rights;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One thing that a caller can ask for: a route or a frame, with what is done by it where that
 * matters for the right to it.
 *
 * @param key a route as {@code GET /api/channels/{channel}}, or a frame's event
 * @param note what it is used for here; may be empty
 * @param frame the class that the frame is read as, without its package; empty for a route
 * @param success the status of a route, or the event that answers a frame
 * @param asking asks, and gives {@link Reply#verdict} or an error frame's code
 * @param undoing puts back what was done, after a success
 */
record Operation(
    String key,
    String note,
    String frame,
    Rule rule,
    String success,
    Function<Visit, String> asking,
    Consumer<Visit> undoing) {

  static Operation route(String key, Rule rule, int success, Function<Visit, Reply> asking) {
    return new Operation(
        key,
        "",
        "",
        rule,
        Integer.toString(success),
        visit -> visit.noted(asking.apply(visit)),
        visit -> {});
  }

  static Operation frame(
      String event, String type, Rule rule, String success, Function<Visit, String> asking) {
    return new Operation(event, "", type, rule, success, asking, visit -> {});
  }

  Operation named(String what) {
    return new Operation(key, what, frame, rule, success, asking, undoing);
  }

  Operation undone(Consumer<Visit> undo) {
    return new Operation(key, note, frame, rule, success, asking, undo);
  }

  boolean isFrame() {
    return !frame.isEmpty();
  }

  String title() {
    return (isFrame() ? "frame " : "") + key + (note.isEmpty() ? "" : ", " + note);
  }

  /** As the document lists it. */
  String markdown() {
    String what = note.isEmpty() ? "" : ", " + note;
    return isFrame()
        ? "frame `%s`%s: `%s`".formatted(key, what, success)
        : "`%s`%s: %s".formatted(key, what, success);
  }

  /** What {@link #asking} gives where the table is followed. */
  String expected(Verdict verdict) {
    return switch (verdict) {
      case ALLOWED -> success;
      case IGNORED -> Verdict.IGNORED.name();
      case FORBIDDEN, NOT_FOUND, CONFLICT, ARCHIVED, MALFORMED, UNAUTHENTICATED, TOKEN_EXPIRED ->
          isFrame() ? verdict.name() : verdict.status() + " " + verdict.name();
    };
  }
}
