package io.carillon.facade;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/** What a notification or an announcement says. */
public final class Note implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String type;
  private final String title;
  private final String message;
  private final String url;
  private final String clientId;

  public Note(String type, String title, String message, String url, String clientId) {
    this.type = Objects.requireNonNull(type);
    this.title = Objects.requireNonNull(title);
    this.message = Objects.requireNonNull(message);
    this.url = Objects.requireNonNull(url);
    this.clientId = Objects.requireNonNull(clientId);
  }

  public static Note of(String type, String title, String message) {
    return new Note(type, title, message, "", "");
  }

  /** The sender's own word for what it is about, 1 to 64 characters. */
  public String type() {
    return type;
  }

  /** 1 to 200 characters. */
  public String title() {
    return title;
  }

  /** At most 4,000 characters; the empty string for none. */
  public String message() {
    return message;
  }

  /**
   * Where it leads: an {@code http} or {@code https} address, or a path that begins with one slash,
   * at most 2,000 characters; the empty string for none.
   */
  public String url() {
    return url;
  }

  /** As of {@link Post#clientId}. */
  public String clientId() {
    return clientId;
  }

  /** The same that leads somewhere. */
  public Note withUrl(String newUrl) {
    return new Note(type, title, message, newUrl, clientId);
  }

  /** The same with a key of the caller's. */
  public Note withClientId(String newClientId) {
    return new Note(type, title, message, url, newClientId);
  }

  private List<Object> values() {
    return List.of(type, title, message, url, clientId);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Note note && values().equals(note.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return "Note" + values();
  }
}
