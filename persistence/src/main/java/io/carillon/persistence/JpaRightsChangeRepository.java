package io.carillon.persistence;

import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.rights.RightsChangeRepository;
import io.carillon.domain.rights.StoredRightsChange;
import io.carillon.domain.user.UserId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** Changes of rights in a relational database. Any thread. */
@ApplicationScoped
public class JpaRightsChangeRepository implements RightsChangeRepository {
  private static final String INSERT =
      "insert into rights_change (organization_id, channel_name, user_id, created_at)"
          + " values (?, ?, ?, ?)";
  private static final String COLUMNS = "id, organization_id, channel_name, user_id, created_at";

  // Each half is a look into the primary key; a condition with "or" might read the whole table.
  private static final String READ =
      "select "
          + COLUMNS
          + " from rights_change where id >= ? union all select "
          + COLUMNS
          + " from rights_change where id = any(?) order by 1 fetch first ? rows only";
  private static final String LATEST =
      "select " + COLUMNS + " from rights_change order by id desc fetch first ? rows only";
  private static final String PURGE =
      "delete from rights_change where created_at < ?"
          + " and id < (select max(id) from rights_change)";

  private final EntityManager entities;
  private final Clock clock;

  protected JpaRightsChangeRepository() { // for the client proxy
    this.entities = null;
    this.clock = null;
  }

  @Inject
  public JpaRightsChangeRepository(EntityManager entities) {
    this(entities, Clock.systemUTC());
  }

  JpaRightsChangeRepository(EntityManager entities, Clock clock) {
    this.entities = entities;
    this.clock = clock;
  }

  @Override
  @Transactional(Transactional.TxType.MANDATORY)
  public void add(RightsChange change) {
    String organization = change.concernedOrganization().orElseThrow();
    Jdbc.inTransactionOf(
        entities,
        connection ->
            Jdbc.update(
                connection,
                INSERT,
                statement -> {
                  statement.setString(1, organization);
                  statement.setString(
                      2, change.concernedChannel().map(ChannelName::value).orElse(""));
                  statement.setString(3, change.concernedUser().map(UserId::value).orElse(""));
                  statement.setLong(4, clock.millis());
                }));
  }

  @Override
  @Transactional
  public List<StoredRightsChange> read(long from, Collection<Long> others, int limit) {
    return Jdbc.inTransactionOf(
        entities,
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setLong(1, from);
            statement.setArray(2, Jdbc.numbers(connection, others));
            statement.setInt(3, limit);
            return changes(statement);
          }
        });
  }

  @Override
  @Transactional
  public List<StoredRightsChange> latest(int limit) {
    List<StoredRightsChange> latestFirst =
        Jdbc.inTransactionOf(
            entities,
            connection -> {
              try (PreparedStatement statement = connection.prepareStatement(LATEST)) {
                statement.setInt(1, limit);
                return changes(statement);
              }
            });
    Collections.reverse(latestFirst);
    return latestFirst;
  }

  private static List<StoredRightsChange> changes(PreparedStatement statement) throws SQLException {
    List<StoredRightsChange> changes = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        String channel = row.getString(3);
        String user = row.getString(4);
        RightsChange change =
            new RightsChange(
                row.getString(2),
                channel.isEmpty() ? null : new ChannelName(channel),
                user.isEmpty() ? null : new UserId(user));
        changes.add(new StoredRightsChange(row.getLong(1), change, row.getLong(5)));
      }
    }
    return changes;
  }

  @Override
  @Transactional
  public int purge(long nowMillis) {
    return Jdbc.inTransactionOf(
        entities,
        connection ->
            Jdbc.update(
                connection, PURGE, statement -> statement.setLong(1, nowMillis - KEPT.toMillis())));
  }
}
