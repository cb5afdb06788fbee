package io.carillon.persistence;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Asker;
import io.carillon.domain.channel.ChannelRules;
import io.carillon.domain.channel.MemberRights;
import io.carillon.domain.channel.Role;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what many may do in many channels with one statement. */
final class StoredAccess {
  private static final String READ =
      "select k.i, m.member_role, m.muted_until, m.banned_at, "
          + StoredRules.COLUMNS
          + " from unnest(cast(? as bigint array), cast(? as varchar array),"
          + " cast(? as varchar array), cast(? as varchar array)) as k(i, o, n, u)"
          + " join channel c on c.organization_id = k.o and c.channel_name = k.n"
          + " left join membership m on m.channel_id = c.id and m.user_id = k.u";

  private StoredAccess() {}

  static Map<Asker, Access> read(Connection connection, Collection<Asker> asked, long nowMillis)
      throws SQLException {
    List<Asker> askers = List.copyOf(asked);
    List<Long> numbers = new ArrayList<>(askers.size());
    List<String> organizations = new ArrayList<>(askers.size());
    List<String> names = new ArrayList<>(askers.size());
    List<String> users = new ArrayList<>(askers.size());
    for (Asker asker : askers) {
      numbers.add((long) numbers.size());
      organizations.add(asker.channel().organization());
      names.add(asker.channel().name().value());
      users.add(asker.who().userId().value());
    }
    Map<Asker, Access> found = new HashMap<>(askers.size() * 2);
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      statement.setArray(1, Jdbc.numbers(connection, numbers));
      statement.setArray(2, Jdbc.texts(connection, organizations));
      statement.setArray(3, Jdbc.texts(connection, names));
      statement.setArray(4, Jdbc.texts(connection, users));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Asker asker = askers.get(row.getInt(1));
          ChannelRules rules = StoredRules.read(row, 5, asker.channel());
          found.put(asker, Access.of(asker.who(), rules, memberOf(row), nowMillis));
        }
      }
    }
    return found;
  }

  private static Optional<MemberRights> memberOf(ResultSet row) throws SQLException {
    String role = row.getString(2);
    return role == null
        ? Optional.empty()
        : Optional.of(new MemberRights(Role.valueOf(role), row.getLong(3), row.getLong(4) != 0));
  }
}
