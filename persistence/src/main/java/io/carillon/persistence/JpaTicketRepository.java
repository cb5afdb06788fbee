package io.carillon.persistence;

import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.TicketRepository;
import io.carillon.domain.user.UserId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** Tickets in a relational database. Any thread. */
@ApplicationScoped
public class JpaTicketRepository implements TicketRepository {
  private static final String COUNT =
      "select count(*) from ticket where organization_id = ? and holder_id = ?"
          + " and holder_kind = ? and expires_at > ?";
  private static final String INSERT =
      "insert into ticket (digest, organization_id, holder_id, holder_kind, organization_role,"
          + " token_id, token_expires_at, expires_at, authenticated_at)"
          + " values (?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String FIND =
      "select organization_id, holder_id, holder_kind, organization_role, token_id,"
          + " token_expires_at, authenticated_at from ticket where digest = ? and expires_at > ?";
  private static final String REMOVE = "delete from ticket where digest = ?";
  private static final String PURGE = "delete from ticket where expires_at <= ?";

  private final EntityManager entities;

  protected JpaTicketRepository() { // for the client proxy
    this.entities = null;
  }

  @Inject
  public JpaTicketRepository(EntityManager entities) {
    this.entities = entities;
  }

  @Override
  @Transactional
  public boolean add(
      String digest, Identity holder, long expiresAtMillis, long nowMillis, int maxOfHolder) {
    return Jdbc.inTransactionOf(
        entities,
        connection -> {
          if (count(connection, holder, nowMillis) >= maxOfHolder) {
            return false;
          }
          Jdbc.update(
              connection,
              INSERT,
              statement -> {
                statement.setString(1, digest);
                statement.setString(2, holder.organization());
                statement.setString(3, holder.userId().value());
                statement.setString(4, holder.kind().name());
                statement.setString(5, holder.role().name());
                statement.setBytes(6, holder.tokenId().getBytes(StandardCharsets.UTF_8));
                statement.setLong(7, millis(holder.expiresAt()));
                statement.setLong(8, expiresAtMillis);
                statement.setLong(9, holder.authenticatedAtMillis());
              });
          return true;
        });
  }

  private static int count(Connection connection, Identity holder, long nowMillis)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
      statement.setString(1, holder.organization());
      statement.setString(2, holder.userId().value());
      statement.setString(3, holder.kind().name());
      statement.setLong(4, nowMillis);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  @Override
  @Transactional
  public Optional<Identity> take(String digest, long nowMillis) {
    return Jdbc.inTransactionOf(
        entities,
        connection -> {
          Optional<Identity> holder = find(connection, digest, nowMillis);
          // Others may have found it as well; the row goes once.
          return holder.isPresent()
                  && Jdbc.update(connection, REMOVE, statement -> statement.setString(1, digest))
                      == 1
              ? holder
              : Optional.empty();
        });
  }

  private static Optional<Identity> find(Connection connection, String digest, long nowMillis)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setString(1, digest);
      statement.setLong(2, nowMillis);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(holder(row)) : Optional.empty();
      }
    }
  }

  private static Identity holder(ResultSet row) throws SQLException {
    return new Identity(
        row.getString(1),
        new UserId(row.getString(2)),
        "",
        "",
        OrganizationRole.valueOf(row.getString(4)),
        new String(row.getBytes(5), StandardCharsets.UTF_8),
        instant(row.getLong(6)),
        Identity.Kind.valueOf(row.getString(3)),
        row.getLong(7));
  }

  private static long millis(Instant end) {
    return end.equals(Instant.MAX) ? Long.MAX_VALUE : end.toEpochMilli();
  }

  private static Instant instant(long millis) {
    return millis == Long.MAX_VALUE ? Instant.MAX : Instant.ofEpochMilli(millis);
  }

  @Override
  @Transactional
  public int purge(long nowMillis) {
    return Jdbc.inTransactionOf(
        entities,
        connection -> Jdbc.update(connection, PURGE, statement -> statement.setLong(1, nowMillis)));
  }
}
