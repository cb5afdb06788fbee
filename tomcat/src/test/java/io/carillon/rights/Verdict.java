package io.carillon.rights;

import java.util.Arrays;

/** What a caller is told. */
enum Verdict {
  ALLOWED('+', "yes", 0),
  FORBIDDEN('-', "–", 403),
  NOT_FOUND('?', "404", 404),
  CONFLICT('=', "conflict", 409),
  ARCHIVED('#', "archived", 409),
  MALFORMED('!', "malformed", 400),
  IGNORED('.', "ignored", 0),
  UNAUTHENTICATED('u', "401", 401),
  TOKEN_EXPIRED('x', "expired", 401);

  private final char sign;
  private final String title;
  private final int status;

  Verdict(char sign, String title, int status) {
    this.sign = sign;
    this.title = title;
    this.status = status;
  }

  static Verdict of(char sign) {
    return Arrays.stream(values())
        .filter(verdict -> verdict.sign == sign)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no verdict: " + sign));
  }

  /** As the document shows it. */
  String title() {
    return title;
  }

  /** The HTTP status of a refusal; its code is the constant's name. */
  int status() {
    return status;
  }
}
