package io.carillon.check.wire;

/** The server has sent what its protocol does not allow. A test that meets it has failed. */
public final class ProtocolViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ProtocolViolation(String message) {
    super(message);
  }
}
