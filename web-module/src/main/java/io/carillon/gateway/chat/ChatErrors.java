package io.carillon.gateway.chat;

import io.carillon.domain.error.ErrorCode;

/** Failures in this protocol's words: every close has its code. */
final class ChatErrors {
  private ChatErrors() {}

  static int closeCode(ErrorCode code) {
    return code.closeCode();
  }
}
