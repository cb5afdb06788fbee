package io.carillon.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
  private final Origins own = new Origins(List.of());
  private final Origins listed =
      new Origins(
          List.of("https://chat.example", "https://portal.example:8443", "http://[::1]:3000"));

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8080,   http,  localhost:8080,    true",
    "http://127.0.0.1:8080,   http,  127.0.0.1:8080,    true",
    "http://[::1]:8080,       http,  [::1]:8080,        true",
    "https://chat.example,    https, chat.example,      true",
    "https://chat.example,    https, chat.example:443,  true",
    "https://chat.example,    https, CHAT.example,      true",
    "http://chat.example,     http,  chat.example:80,   true",
    "http://localhost:8081,   http,  localhost:8080,    false",
    "http://localhost,        http,  localhost:8080,    false",
    "http://127.0.0.1:8080,   http,  localhost:8080,    false",
    "https://localhost:8080,  http,  localhost:8080,    false",
    "http://chat.example,     https, chat.example,      false",
    "http://evil.example,     http,  localhost:8080,    false",
    "http://localhost:8080.evil.example, http, localhost:8080, false",
    "http://evil-localhost:8080, http, localhost:8080,  false",
    "http://a.localhost:8080, http,  localhost:8080,    false",
    "http://LOCALHOST:8080,   http,  localhost:8080,    false",
    "null,                    http,  localhost:8080,    false",
    "'',                      http,  localhost:8080,    false",
    "'',                      http,  '',                false",
    "http://,                 http,  '',                false",
    "http://localhost:8080/,  http,  localhost:8080,    false",
    "http://u@localhost:8080, http,  localhost:8080,    false",
    "file://,                 http,  localhost:8080,    false",
    "http://a b,              http,  a b,               false",
    "http://a/b,              http,  a/b,               false",
    "'http://a, http://b',    http,  a,                 false"
  })
  void allowsTheServersOwnOriginOnly(String origin, String scheme, String host, boolean allowed) {
    assertThat(own.allows(origin, scheme, host)).isEqualTo(allowed);
    assertThat(own.isSameOrigin(origin, scheme, host)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource({
    "https://chat.example,          chat.example,   true",
    "https://chat.example,          localhost:8080, true",
    "https://portal.example:8443,   chat.example,   true",
    "http://[::1]:3000,             chat.example,   true",
    "http://localhost:8080,         localhost:8080, true",
    "http://chat.example,           chat.example,   false",
    "https://chat.example:443,      chat.example,   false",
    "https://chat.example:8443,     chat.example,   false",
    "https://portal.example,        chat.example,   false",
    "https://Chat.example,          chat.example,   false",
    "HTTPS://chat.example,          chat.example,   false",
    "https://chat.example.evil.com, chat.example,   false",
    "https://evilchat.example,      chat.example,   false",
    "https://sub.chat.example,      chat.example,   false",
    "https://chat.example.,         chat.example,   false",
    "https://chat.example/,         chat.example,   false",
    "null,                          chat.example,   false",
    "http://other.example,          other.example,  false"
  })
  void allowsWhatIsListedLetterForLetter(String origin, String host, boolean allowed) {
    assertThat(listed.allows(origin, "http", host)).isEqualTo(allowed);
  }

  @Test
  void letsAListedOriginWriteWithTheCookieOnlyWhereItIsTheServersOwn() {
    assertThat(listed.isSameOrigin("https://chat.example", "http", "chat.example")).isTrue();
    assertThat(listed.isSameOrigin("https://portal.example:8443", "http", "portal.example"))
        .isTrue();
    assertThat(listed.isSameOrigin("https://portal.example:8443", "http", "chat.example"))
        .isFalse();
    assertThat(listed.isSameOrigin("http://localhost:8080", "http", "localhost:8080")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "chat.example,        true",
    "CHAT.example:9,      true",
    "portal.example,      true",
    "localhost:8080,      true",
    "app.localhost,       true",
    "127.0.0.1,           true",
    "127.9.9.9:1,         true",
    "[::1]:8080,          true",
    "evil.example,        false",
    "chat.example.evil,   false",
    "127.0.0.1.evil.com,  false",
    "localhost.evil.com,  false",
    "10.0.0.1,            false",
    "'',                  false",
    "'chat.example evil', false"
  })
  void knowsTheNamesItMayBeCalledBy(String host, boolean allowed) {
    assertThat(listed.allowsHost(host, false)).isEqualTo(allowed);
    assertThat(listed.allowsHost(host, true)).isEqualTo(allowed);
  }

  @Test
  void answersToLoopbackNamesOnlyWhereNobodyElseShouldCall() {
    assertThat(own.allowsHost("localhost:8080", true)).isTrue();
    assertThat(own.allowsHost("evil.example:8080", true)).isFalse();
    assertThat(own.allowsHost("chat.example", false)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"*", "chat.example", "https://*.example", "null", "https://a/b", "ftp://a"})
  void refusesAListWithSomethingElseInIt(String origin) {
    assertThatThrownBy(() -> new Origins(List.of(origin)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
