package io.carillon.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.json.JsonObject;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBodyTest {
  private static final int LIMIT = 20;
  private static final String FITS = "{\"a\":\"345678901234\"}";

  private final JsonBody provider = new JsonBody(LIMIT);
  private final MultivaluedMap<String, String> headers = new MultivaluedHashMap<>();

  private JsonObject read(String mediaType, InputStream body) throws IOException {
    return provider.readFrom(
        JsonObject.class,
        JsonObject.class,
        new Annotation[0],
        MediaType.valueOf(mediaType),
        headers,
        body);
  }

  private JsonObject read(String body) throws IOException {
    return read("application/json", stream(body));
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private void assertRefused(ErrorCode code, InputStream body) {
    assertThatThrownBy(() -> read("application/json", body))
        .isInstanceOfSatisfying(RealtimeException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void readsABodyOfExactlyTheLimit() throws IOException {
    assertThat(FITS).hasSize(LIMIT);
    assertThat(read(FITS).string("a")).contains("345678901234");
  }

  @Test
  void countsBytesAndNotCharacters() {
    assertRefused(ErrorCode.TOO_LARGE, stream("{\"a\":\"üüüüüüüüüü\"}"));
  }

  @Test
  void readsNoMoreThanOneByteBeyondTheLimit() {
    int[] taken = {0};
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            taken[0]++;
            return ' ';
          }
        };
    assertRefused(ErrorCode.TOO_LARGE, endless);
    assertThat(taken[0]).isEqualTo(LIMIT + 1);
  }

  @Test
  void readsNothingOfABodyThatSaysItIsTooLarge() {
    headers.putSingle("Content-Length", "21");
    InputStream untouched =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("read");
          }
        };
    assertRefused(ErrorCode.TOO_LARGE, untouched);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-1", "99999999999999999999", ""})
  void trustsNoLengthThatIsNone(String length) throws IOException {
    headers.putSingle("Content-Length", length);
    assertThat(read("{\"a\":\"b\"}").string("a")).contains("b");
  }

  @Test
  void takesNoBodyForAnEmptyObject() throws IOException {
    assertThat(read("application/octet-stream", stream("")).names()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "application/vnd.x+json",
        "*/*",
        "application/json;charset=UTF-16",
        "application/json;charset=ISO-8859-1"
      })
  void refusesWhatIsNotCalledJson(String mediaType) {
    assertThatThrownBy(() -> read(mediaType, stream("{}")))
        .isInstanceOf(NotSupportedException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/json;charset=utf-8", "Application/JSON", "application/json;q=1"})
  void readsWhatIs(String mediaType) throws IOException {
    assertThat(read(mediaType, stream("{\"a\":\"b\"}")).string("a")).contains("b");
  }

  @Test
  void refusesBytesThatAreNoUtf8() {
    byte[] body = "{\"a\":\"?\"}".getBytes(StandardCharsets.UTF_8);
    body[6] = (byte) 0xc3; // begins a character that the quote does not go on with
    assertRefused(ErrorCode.MALFORMED, new ByteArrayInputStream(body));
  }

  @Test
  void writesUtf8() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    provider.writeTo(
        new JsonObject().put("ä", "ü\n"),
        JsonObject.class,
        JsonObject.class,
        new Annotation[0],
        MediaType.APPLICATION_JSON_TYPE,
        new MultivaluedHashMap<>(),
        out);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("{\"ä\":\"ü\\n\"}");
  }

  @Test
  void isForItsOwnTypeOnly() {
    assertThat(provider.isReadable(String.class, null, null, MediaType.APPLICATION_JSON_TYPE))
        .isFalse();
    assertThat(provider.isWriteable(Object.class, null, null, MediaType.APPLICATION_JSON_TYPE))
        .isFalse();
  }
}
