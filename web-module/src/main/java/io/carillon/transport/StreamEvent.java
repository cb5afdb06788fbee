package io.carillon.transport;

import jakarta.ws.rs.core.GenericType;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEvent;
import java.lang.reflect.Type;
import java.util.Objects;

/**
 * An event for any {@link jakarta.ws.rs.sse.SseEventSink}, of this application or of the container.
 * Its data is text on the wire. Unlike the containers' own builders, this one refuses an id or name
 * that would break the stream. Immutable.
 *
 * @param id null for none
 * @param name null for none
 * @param comment null for none
 * @param reconnectDelay in milliseconds, or {@link SseEvent#RECONNECT_NOT_SET}
 * @param mediaType of the data, for sinks that choose a writer by it
 * @param data null for none, which fires nothing
 */
public record StreamEvent(
    String id, String name, String comment, long reconnectDelay, MediaType mediaType, String data)
    implements OutboundSseEvent {

  /**
   * @throws IllegalArgumentException for an id or name with a line break or NUL
   */
  public StreamEvent {
    if (id != null) {
      SseText.event(64).id(id);
    }
    if (name != null) {
      SseText.event(64).name(name);
    }
    Objects.requireNonNull(mediaType);
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String getId() {
    return id;
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public String getComment() {
    return comment;
  }

  @Override
  public long getReconnectDelay() {
    return reconnectDelay;
  }

  @Override
  public boolean isReconnectDelaySet() {
    return reconnectDelay != SseEvent.RECONNECT_NOT_SET;
  }

  @Override
  public Class<?> getType() {
    return String.class;
  }

  @Override
  public Type getGenericType() {
    return String.class;
  }

  @Override
  public MediaType getMediaType() {
    return mediaType;
  }

  @Override
  public Object getData() {
    return data;
  }

  /** Makes one event; not for several threads. */
  public static final class Builder implements OutboundSseEvent.Builder {
    private String id;
    private String name;
    private String comment;
    private long reconnectDelay = SseEvent.RECONNECT_NOT_SET;
    private MediaType mediaType = MediaType.TEXT_PLAIN_TYPE;
    private String data;

    private Builder() {}

    @Override
    public Builder id(String newId) {
      id = newId;
      return this;
    }

    @Override
    public Builder name(String newName) {
      name = newName;
      return this;
    }

    @Override
    public Builder reconnectDelay(long millis) {
      reconnectDelay = millis;
      return this;
    }

    @Override
    public Builder mediaType(MediaType newMediaType) {
      mediaType = Objects.requireNonNull(newMediaType);
      return this;
    }

    @Override
    public Builder comment(String newComment) {
      comment = newComment;
      return this;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Builder data(Class type, Object newData) {
      return data(newData);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Builder data(GenericType type, Object newData) {
      return data(newData);
    }

    /**
     * @param newData text, a number or a boolean; anything else would need a writer of the
     *     container
     * @throws IllegalArgumentException for anything else
     */
    @Override
    public Builder data(Object newData) {
      data = textOf(newData);
      return this;
    }

    /**
     * @throws IllegalArgumentException for an id or name with a line break or NUL
     */
    @Override
    public StreamEvent build() {
      return new StreamEvent(id, name, comment, reconnectDelay, mediaType, data);
    }
  }

  /** The text of an event's data; null for null. */
  static String textOf(Object data) {
    if (data == null) {
      return null;
    }
    if (data instanceof CharSequence || data instanceof Number || data instanceof Boolean) {
      return data.toString();
    }
    throw new IllegalArgumentException("no text for " + data.getClass().getName());
  }
}
