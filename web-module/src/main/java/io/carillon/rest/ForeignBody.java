package io.carillon.rest;

import io.carillon.json.JsonObject;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.Dependent;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/**
 * A body that does not say it is JSON, where JSON is wanted: refused, before a reader of the
 * server's own takes it. A form can be posted from any site without the browser asking, JSON
 * cannot. No body at all is an empty object. It stands beside {@link JsonBody}, since CXF asks the
 * reader first that names the fewest types. Any thread.
 */
@Provider
@Dependent // no proxy: Jersey on Payara would not see the priority
@Priority(1) // before the provider that a server brings for every type
@Consumes(MediaType.WILDCARD)
public class ForeignBody implements MessageBodyReader<JsonObject> {

  /** For the container. */
  public ForeignBody() {}

  @Override
  public boolean isReadable(
      Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
    return type == JsonObject.class;
  }

  /**
   * Reads one byte at most.
   *
   * @throws NotSupportedException if there is one
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
    if (body.read() >= 0) {
      throw new NotSupportedException();
    }
    return new JsonObject();
  }
}
