package io.carillon.persistence;

import io.carillon.domain.Text;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which number each channel has, for as many channels as were used last. It may be kept for ever:
 * channels are never removed and names never change. Only a channel whose creation was rolled back
 * after it was used in that same transaction leaves a number that leads nowhere; whoever finds out
 * calls {@link #forget}. Any thread.
 */
final class ChannelNumbers {
  private static final String FIND =
      "select c.id, c.organization_id, c.channel_name"
          + " from unnest(cast(? as varchar array), cast(? as varchar array)) as k(o, n)"
          + " join channel c on c.organization_id = k.o and c.channel_name = k.n";

  private final Map<ChannelKey, Long> known;

  ChannelNumbers(int maxKnown) {
    known =
        new LinkedHashMap<>(256, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<ChannelKey, Long> eldest) {
            return size() > maxKnown;
          }
        };
  }

  /** Numbers of those that exist; at most one query for all that are not known. */
  Map<ChannelKey, Long> find(Connection connection, Collection<ChannelKey> keys)
      throws SQLException {
    Map<ChannelKey, Long> found = new HashMap<>(keys.size() * 2);
    List<ChannelKey> unknown = new ArrayList<>();
    synchronized (known) {
      for (ChannelKey key : keys) {
        Long number = known.get(key);
        if (number != null) {
          found.put(key, number);
        } else {
          unknown.add(key);
        }
      }
    }
    if (!unknown.isEmpty()) {
      Map<ChannelKey, Long> read = read(connection, unknown);
      synchronized (known) {
        known.putAll(read);
      }
      found.putAll(read);
    }
    return found;
  }

  /** Has the channel looked up anew next time. */
  void forget(ChannelKey key) {
    synchronized (known) {
      known.remove(key);
    }
  }

  private static Map<ChannelKey, Long> read(Connection connection, List<ChannelKey> keys)
      throws SQLException {
    List<String> organizations = new ArrayList<>(keys.size());
    List<String> names = new ArrayList<>(keys.size());
    for (ChannelKey key : keys) {
      if (Text.isStorable(key.organization())) { // the name has been checked when it was made
        organizations.add(key.organization());
        names.add(key.name().value());
      }
    }
    Map<ChannelKey, Long> found = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setArray(1, Jdbc.texts(connection, organizations));
      statement.setArray(2, Jdbc.texts(connection, names));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ChannelKey key = new ChannelKey(rows.getString(2), new ChannelName(rows.getString(3)));
          found.put(key, rows.getLong(1));
        }
      }
    }
    return found;
  }
}
