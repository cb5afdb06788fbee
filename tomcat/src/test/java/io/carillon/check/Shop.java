package io.carillon.check;

import io.carillon.facade.Author;
import io.carillon.facade.Carillon;
import io.carillon.facade.MemberEvent;
import io.carillon.facade.MessageEvent;
import io.carillon.facade.Note;
import io.carillon.facade.Post;
import io.carillon.facade.PresenceEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A bean of somebody else's in Carillon's application; the page on embedding shows it. */
@ApplicationScoped
class Shop {
  static final Author SHOP = Author.program("demo", "shop");

  /** What went wrong in a transaction that must not happen. */
  static final class OutOfStock extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final List<MessageEvent> messages = new CopyOnWriteArrayList<>();
  private final List<MemberEvent> members = new CopyOnWriteArrayList<>();
  private final List<PresenceEvent> presence = new CopyOnWriteArrayList<>();

  @Inject Carillon carillon;

  /** All of it happens, or nothing. */
  @Transactional
  public void order(String user, String number, int inStock) {
    carillon.publish(SHOP, "orders", Post.event("order", "{\"number\":\"" + number + "\"}"));
    carillon.notify(SHOP, user, Note.of("order", "Thank you", "Order " + number));
    if (inStock == 0) {
      throw new OutOfStock();
    }
  }

  /** Whatever a test wants done in a transaction. */
  @Transactional
  public void inTransaction(Consumer<Carillon> work) {
    work.accept(carillon);
  }

  /** Whatever a test wants done without one. */
  public void without(Consumer<Carillon> work) {
    work.accept(carillon);
  }

  void onMessage(@Observes MessageEvent event) {
    messages.add(event);
    if (event.channel().equals("bad news")) {
      throw new IllegalStateException("an observer's fault");
    }
  }

  void onMember(@Observes MemberEvent event) {
    members.add(event);
  }

  void onPresence(@Observes PresenceEvent event) {
    presence.add(event);
  }

  /** Messages that were observed in a channel. */
  public List<MessageEvent> messagesIn(String channel) {
    return messages.stream().filter(event -> event.channel().equals(channel)).toList();
  }

  public List<MemberEvent> members() {
    return members;
  }

  public List<PresenceEvent> presence() {
    return presence;
  }
}
