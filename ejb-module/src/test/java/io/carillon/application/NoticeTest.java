package io.carillon.application;

import static io.carillon.application.Callers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.error.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoticeTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/invoices/7?x=1#y",
        "https://portal.example/7",
        "HTTP://portal.example",
        "https://[::1]:8080/x"
      })
  void takesPathsAndWebAddresses(String url) {
    assertThat(new Notice("invoice", "New", "", url).url()).isEqualTo(url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "java\nscript:alert(1)",
        " https://x.example",
        "https:",
        "https://",
        "http:evil.example",
        "mailto:x@example.org",
        "invoices/7",
        "?x",
        "#x"
      })
  void refusesWhatABrowserWouldRunOrTakeForAnotherPlace(String url) {
    assertRefused(ErrorCode.MALFORMED, () -> new Notice("invoice", "New", "", url));
  }

  @Test
  void boundsEveryText() {
    assertRefused(ErrorCode.MALFORMED, () -> new Notice("", "t", "", ""));
    assertRefused(ErrorCode.MALFORMED, () -> new Notice("x", " ", "", ""));
    assertRefused(ErrorCode.TOO_LARGE, () -> new Notice("x".repeat(65), "t", "", ""));
    assertRefused(ErrorCode.TOO_LARGE, () -> new Notice("x", "t".repeat(201), "", ""));
    assertRefused(ErrorCode.TOO_LARGE, () -> new Notice("x", "t", "m".repeat(4_001), ""));
    assertRefused(ErrorCode.TOO_LARGE, () -> new Notice("x", "t", "", "/" + "u".repeat(2_000)));
    assertRefused(ErrorCode.MALFORMED, () -> new Notice("x", "t", "a\0b", ""));
    assertRefused(ErrorCode.MALFORMED, () -> new Notice("x", "\ud800", "", ""));
  }
}
