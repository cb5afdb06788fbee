package io.carillon.check.client;

/** The server said no: what was asked for has not happened. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;

  public Refused(String code, String message) {
    super(code + ": " + message);
    this.code = code;
  }

  /** One of the documented codes, such as {@code FORBIDDEN}. */
  public String code() {
    return code;
  }
}
