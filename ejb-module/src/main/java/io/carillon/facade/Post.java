package io.carillon.facade;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/** A message to be sent. */
public final class Post implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final String content;
  private final String clientId;

  public Post(String name, String content, String clientId) {
    this.name = Objects.requireNonNull(name);
    this.content = Objects.requireNonNull(content);
    this.clientId = Objects.requireNonNull(clientId);
  }

  /** Text for people. */
  public static Post chat(String text) {
    return new Post("", text, "");
  }

  /** An event for programs. */
  public static Post event(String name, String json) {
    return new Post(name, json, "");
  }

  /** What kind of event it is, 1 to 100 characters; the empty string for chat. */
  public String name() {
    return name;
  }

  /** The text that people read for chat, JSON for any other event. */
  public String content() {
    return content;
  }

  /**
   * The caller's key for this message, at most 64 characters, or the empty string. The same author
   * sends only one message of a channel with it, however often it is called.
   */
  public String clientId() {
    return clientId;
  }

  /** The same with a key of the caller's. */
  public Post withClientId(String newClientId) {
    return new Post(name, content, newClientId);
  }

  private List<Object> values() {
    return List.of(name, content, clientId);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Post post && values().equals(post.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return "Post" + values();
  }
}
