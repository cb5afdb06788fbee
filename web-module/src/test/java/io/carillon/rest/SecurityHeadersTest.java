package io.carillon.rest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecurityHeadersTest {
  /** The example of the Content Security Policy specification, level 3, section 2.3.1. */
  private static final String ALERT = "alert('Hello, world.');";

  private static final String HASH = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='";

  @Test
  void allowsWhatThePageHasInsideAndNothingElse() {
    String policy =
        SecurityHeaders.policyFor(
            "<style>" + ALERT + "</style><p onclick='x()'><script>" + ALERT + "</script>");
    assertThat(policy)
        .contains("script-src 'self' " + HASH + ";")
        .contains("style-src 'self' " + HASH + ";")
        .contains("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
        .doesNotContain("unsafe", "*");
  }

  @Test
  void takesLineEndsAsBrowsersDo() {
    assertThat(SecurityHeaders.policyFor("<script>a\r\nb\rc</script>"))
        .isEqualTo(SecurityHeaders.policyFor("<script>a\nb\nc</script>"));
  }

  @Test
  void allowsNothingInsideAPageThatIsNotThere() {
    assertThat(SecurityHeaders.policyFor("")).contains("script-src 'self';", "style-src 'self';");
  }
}
