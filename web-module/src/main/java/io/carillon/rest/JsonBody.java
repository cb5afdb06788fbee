package io.carillon.rest;

import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * JSON in requests and answers. Every server brings a provider of its own, and no two of them agree
 * on limits, unknown members or dates; {@link JsonObject} is read and written by this one alone.
 * Any thread.
 */
@Provider
@Dependent // no proxy: Jersey on Payara would not see the priority
@Priority(1) // before the provider that a server brings for every type
@Consumes(MediaType.APPLICATION_JSON)
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class JsonBody implements MessageBodyReader<JsonObject>, MessageBodyWriter<JsonObject> {
  private final int maxBytes;

  public JsonBody() { // RESTEasy looks for it, and has CDI make the bean all the same
    this.maxBytes = 0;
  }

  @Inject
  public JsonBody(Settings settings) {
    this(settings.limits().maxMessageBytes());
  }

  JsonBody(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public boolean isReadable(
      Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
    return type == JsonObject.class;
  }

  /**
   * Reads one JSON object; no body at all is an empty one.
   *
   * @throws RealtimeException with {@code TOO_LARGE} for more than the limit of bytes, of which no
   *     more than one is read, or {@code MALFORMED}
   * @throws NotSupportedException for another charset than UTF-8; see {@link ForeignBody}
   */
  @Override
  public JsonObject readFrom(
      Class<JsonObject> type,
      Type genericType,
      Annotation[] annotations,
      MediaType mediaType,
      MultivaluedMap<String, String> headers,
      InputStream body)
      throws IOException {
    if (declaredLength(headers) > maxBytes) {
      throw tooLarge();
    }
    byte[] bytes = body.readNBytes(maxBytes + 1);
    if (bytes.length > maxBytes) {
      throw tooLarge();
    }
    if (bytes.length == 0) {
      return new JsonObject();
    }
    if (!isJson(mediaType)) {
      throw new NotSupportedException();
    }
    return Json.parseObject(text(bytes));
  }

  private static long declaredLength(MultivaluedMap<String, String> headers) {
    String length = headers.getFirst(HttpHeaders.CONTENT_LENGTH);
    if (length == null || !length.matches("\\d{1,18}")) {
      return -1; // chunked: counted while it is read
    }
    return Long.parseLong(length);
  }

  private static boolean isJson(MediaType mediaType) {
    if (mediaType == null
        || !mediaType.getType().equalsIgnoreCase("application")
        || !mediaType.getSubtype().equalsIgnoreCase("json")) {
      return false;
    }
    String charset = mediaType.getParameters().get(MediaType.CHARSET_PARAMETER);
    return charset == null || charset.equalsIgnoreCase("UTF-8");
  }

  /** Strict: Java's usual way would put U+FFFD in the place of what is not UTF-8. */
  private static String text(byte[] utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new RealtimeException(ErrorCode.MALFORMED, "body is not UTF-8", e);
    }
  }

  private static RealtimeException tooLarge() {
    return new RealtimeException(ErrorCode.TOO_LARGE, "body");
  }

  @Override
  public boolean isWriteable(
      Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
    return type == JsonObject.class;
  }

  @Override
  public void writeTo(
      JsonObject object,
      Class<?> type,
      Type genericType,
      Annotation[] annotations,
      MediaType mediaType,
      MultivaluedMap<String, Object> headers,
      OutputStream body)
      throws IOException {
    body.write(Json.bytes(object));
  }
}
