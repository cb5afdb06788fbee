package io.carillon.persistence;

import io.carillon.domain.audit.AuditDigest;
import io.carillon.domain.audit.AuditEntry;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Adds lines to the organizations' chains. The end of a chain is a row of its own, locked until the
 * commit: of two nodes that add at once one waits, and goes on from the other's line. Where there
 * are lines of before the chain, the first line begins from a digest of all of them.
 */
final class AuditChain {
  private static final String END =
      "select last_no, last_hash from audit_head where organization_id = ?";
  private static final String LOCK = END + " for update";
  private static final String BEGIN =
      "insert into audit_head (organization_id, last_no, last_hash) values (?, 0, ?)";
  private static final String MOVE =
      "update audit_head set last_no = ?, last_hash = ? where organization_id = ?";

  /** Of lines outside of the chain: what they say, without what they cannot have. */
  private static final String BEFORE =
      "select id, happened_at, actor_id, actor_kind, audit_action, channel_name, target,"
          + " state_before, state_after from audit"
          + " where organization_id = ? and chain_no = 0 order by id";

  /** The last line of a chain; number 0 for a chain without a line. */
  record End(long number, String hash) {}

  private AuditChain() {}

  /** Stores lines, in this order, in the transaction of the entity manager. */
  static void append(EntityManager entities, Collection<AuditEntry> lines) {
    // By name: two that add to several chains lock them in the same order.
    new TreeMap<>(lines.stream().collect(Collectors.groupingBy(AuditEntry::organization)))
        .forEach(
            (organization, added) -> {
              Jdbc.inTransactionOf(entities, connection -> link(connection, organization, added));
              added.forEach(entities::persist);
            });
  }

  private static Void link(Connection connection, String organization, List<AuditEntry> added)
      throws SQLException {
    End end = lock(connection, organization);
    long number = end.number();
    String hash = end.hash();
    for (AuditEntry line : added) {
      line.link(++number, hash);
      hash = line.hash();
    }
    long lastNumber = number;
    String lastHash = hash;
    Jdbc.update(
        connection,
        MOVE,
        statement -> {
          statement.setLong(1, lastNumber);
          statement.setString(2, lastHash);
          statement.setString(3, organization);
        });
    return null;
  }

  private static End lock(Connection connection, String organization) throws SQLException {
    End present = tryLock(connection, organization);
    if (present != null) {
      return present;
    }
    String start = digestOfBefore(connection, organization);
    Jdbc.insertIfAbsent(
        connection,
        BEGIN,
        statement -> {
          statement.setString(1, organization);
          statement.setString(2, start);
        });
    return tryLock(connection, organization); // another node may have begun it
  }

  private static End tryLock(Connection connection, String organization) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
      statement.setString(1, organization);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? new End(row.getLong(1), row.getString(2)) : null;
      }
    }
  }

  /** What the first line begins from. */
  private static String digestOfBefore(Connection connection, String organization)
      throws SQLException {
    String[] last = {AuditDigest.START};
    digestBefore(connection, organization, digest -> last[0] = digest);
    return last[0];
  }

  /**
   * Goes through the lines outside of an organization's chain, in the order of their ids.
   *
   * @param each is told the digest of all lines up to each of them
   */
  static void digestBefore(Connection connection, String organization, Consumer<String> each)
      throws SQLException {
    AuditDigest digest = new AuditDigest();
    try (PreparedStatement statement = connection.prepareStatement(BEFORE)) {
      statement.setString(1, organization);
      statement.setFetchSize(1_000);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          digest.add(row.getLong(1)).add(row.getLong(2));
          for (int i = 3; i <= 9; i++) {
            digest.add(row.getString(i));
          }
          each.accept(digest.hexSoFar());
        }
      }
    }
  }

  /** Where an organization's chain ends, as its row says; empty for one without a chain. */
  static Optional<End> end(Connection connection, String organization) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(END)) {
      statement.setString(1, organization);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new End(row.getLong(1), row.getString(2)))
            : Optional.empty();
      }
    }
  }
}
