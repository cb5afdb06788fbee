package io.carillon.persistence;

import static io.carillon.persistence.Fixture.delete;
import static io.carillon.persistence.Fixture.edit;
import static io.carillon.persistence.Fixture.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.message.LogCommand;
import io.carillon.domain.message.LogOutcome;
import io.carillon.domain.user.Identity;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an append costs. What it does is the repository's contract. */
@ExtendWith(DatabaseExtension.H2.class)
class LogTransactionTest {
  private TestDatabase database;
  private Fixture f;
  private final ChannelNumbers numbers = new ChannelNumbers(100);

  @BeforeEach
  void open(TestDatabase shared) {
    database = shared;
    f = new Fixture(shared);
  }

  @Test
  void asksTheDatabaseAsOftenForOneMessageAsForHundreds() throws Exception {
    List<Channel> channels = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      channels.add(f.chat("channel-" + i));
    }
    append(List.of(send(channels.get(0), f.user("alice"), "finds the channel's number")));
    assertThat(append(List.of(send(channels.get(0), f.user("alice"), "one", "c-1"))))
        .containsExactly("lock channel", "rights", "sends", "insert message", "update channel");
    List<LogCommand> batch = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      batch.add(send(channels.get(i % 10), f.user("user-" + i % 30), "text", "c-" + i));
    }
    assertThat(append(batch))
        .containsExactly(
            "numbers", "lock channel", "rights", "sends", "insert message", "update channel");
  }

  @Test
  void asksOnlyForWhatSomeCommandNeeds() throws Exception {
    Channel general = f.chat("general");
    Identity alice = f.user("alice");
    LogCommand.Send first = send(general, alice, "one");
    LogCommand.Send second = send(general, alice, "two");
    assertThat(append(List.of(first, second)))
        .containsExactly("numbers", "lock channel", "rights", "insert message", "update channel");
    assertThat(append(List.of(send(general, f.apiKey("robot"), "no member, no client id"))))
        .containsExactly("lock channel", "rights", "insert message", "update channel");
    assertThat(
            append(
                List.of(
                    edit(general, alice, first.id(), "x"), delete(general, alice, second.id()))))
        .containsExactly("lock channel", "rights", "targets", "update message", "update channel");
    assertThat(append(List.of(edit(general, f.user("bob"), first.id(), "refused"))))
        .containsExactly("lock channel", "rights", "targets");
  }

  @Test
  void touchesSlowModeOnlyWhereItIsOn() throws Exception {
    Channel slow =
        f.channel(
            "slow",
            ChannelKind.CHAT,
            Visibility.PUBLIC,
            ChannelPolicy.DEFAULT.withSlowModeMillis(1_000));
    assertThat(append(List.of(send(slow, f.user("alice"), "one"))))
        .containsExactly(
            "numbers",
            "lock channel",
            "rights",
            "last sent",
            "insert message",
            "insert slow_mode",
            "update channel");
  }

  /** Appends in a transaction of its own; brings the statements that were sent. */
  private List<String> append(List<LogCommand> batch) throws Exception {
    List<String> sent = new ArrayList<>();
    try (Connection connection = database.dataSource().getConnection()) {
      connection.setAutoCommit(false);
      List<LogOutcome> outcomes =
          new LogTransaction(watched(connection, sent), numbers, f.clock).run(batch);
      assertThat(outcomes).hasSameSizeAs(batch);
      connection.commit();
    }
    return sent;
  }

  private static Connection watched(Connection connection, List<String> sent) {
    return proxy(
        Connection.class,
        (method, arguments) -> {
          Object result = call(connection, method, arguments);
          return result instanceof PreparedStatement statement
              ? watched(statement, nameOf((String) arguments[0]), sent)
              : result;
        });
  }

  private static PreparedStatement watched(
      PreparedStatement statement, String name, List<String> sent) {
    return proxy(
        PreparedStatement.class,
        (method, arguments) -> {
          if (method.getName().startsWith("execute")) {
            sent.add(name);
          }
          return call(statement, method, arguments);
        });
  }

  private static String nameOf(String sql) {
    if (sql.startsWith("insert into")) {
      return "insert " + sql.split(" ")[2];
    }
    if (sql.startsWith("update")) {
      return "update " + sql.split(" ")[1];
    }
    if (sql.contains("for update")) {
      return "lock channel";
    }
    if (sql.contains("from revoked_token")) {
      return sql.contains("join membership") ? "rights" : "proofs alone";
    }
    if (sql.contains("join slow_mode")) {
      return "last sent";
    }
    if (sql.contains("m.client_id = k.i")) {
      return "sends";
    }
    return sql.contains("m.id = any") ? "targets" : "numbers";
  }

  private interface Handler {
    Object handle(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Handler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> handler.handle(method, arguments)));
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
