package io.carillon.example.desk;

import io.carillon.facade.Author;
import io.carillon.facade.Carillon;
import io.carillon.facade.Note;
import io.carillon.facade.Post;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;

/** What people ask the help desk, as an enterprise bean: each method is a transaction. */
@Stateless
public class Tickets {
  static final Author DESK = Author.program("demo", "desk");

  @Inject private Carillon carillon;

  /** Lets the user into the channel, asks there, and confirms it: all of it, or nothing. */
  public void open(String user, String channel, String question) {
    carillon.addMember(DESK, channel, user, "WRITER");
    carillon.publish(Author.user("demo", user), channel, Post.chat(question));
    carillon.notify(DESK, user, Note.of("ticket", "We are on it", question));
    if (question.isBlank()) {
      throw new IllegalArgumentException("nothing is asked"); // rolls back
    }
  }
}
