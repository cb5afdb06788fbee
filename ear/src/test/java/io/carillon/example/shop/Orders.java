package io.carillon.example.shop;

import io.carillon.facade.Author;
import io.carillon.facade.CarillonRemote;
import io.carillon.facade.Note;
import io.carillon.facade.Post;
import io.carillon.facade.Presence;
import io.carillon.facade.Sent;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.ejb.EJBException;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** What the shop does, each method in a transaction of its own. */
@Stateless
public class Orders {
  static final String CARILLON =
      "java:global/carillon/carillon-ejb/Carillon!io.carillon.facade.CarillonRemote";

  private static final Author SHOP = Author.program("demo", "shop");

  @EJB(lookup = CARILLON)
  private CarillonRemote carillon;

  @Resource(name = "jdbc/carillon")
  private DataSource database;

  /** The row, the message and the thanks: all of it happens, or nothing. */
  public void place(String number, String user, String channel, int inStock) {
    carillon.publish(SHOP, channel, Post.event("order", "{\"number\":\"" + number + "\"}"));
    carillon.notify(SHOP, user, Note.of("order", "Thank you", "Order " + number));
    insert(number, user);
    if (inStock == 0) {
      throw new OutOfStock();
    }
  }

  private void insert(String number, String user) {
    try (Connection connection = database.getConnection();
        PreparedStatement insert =
            connection.prepareStatement("insert into shop_order values (?, ?)")) {
      insert.setString(1, number);
      insert.setString(2, user);
      insert.executeUpdate();
    } catch (SQLException e) {
      throw new EJBException(e); // which rolls back
    }
  }

  /** Lets somebody in, and says so to those who are there already. */
  public boolean admit(String user, String channel, int places) {
    boolean isNew = carillon.addMember(SHOP, channel, user, "WRITER");
    carillon.publish(SHOP, channel, Post.chat("Welcome, " + user));
    if (places == 0) {
      throw new OutOfStock();
    }
    return isNew;
  }

  /** Tells everybody. */
  public void announce(String title, int inStock) {
    carillon.announce(SHOP, Note.of("sale", title, ""));
    if (inStock == 0) {
      throw new OutOfStock();
    }
  }

  /** The same to several channels, to all of them or to none. */
  public void circulate(String user, List<String> channels, String text, String key, int inStock) {
    for (String channel : channels) {
      carillon.publish(Author.user("demo", user), channel, letter(channel, text, key));
    }
    if (inStock == 0) {
      throw new OutOfStock();
    }
  }

  /** Of one channel alone, and at once: without a transaction the answer tells the place. */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public Sent say(String user, String channel, String text, String key) {
    return carillon.publish(Author.user("demo", user), channel, letter(channel, text, key));
  }

  private static Post letter(String channel, String text, String key) {
    return Post.chat(text + " in " + channel).withClientId(key);
  }

  /** Who of these is there. */
  public List<Presence> whoIsThere(List<String> users) {
    return carillon.presence("demo", users);
  }
}
