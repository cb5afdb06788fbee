package io.carillon.persistence;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.ChannelRules;
import io.carillon.domain.channel.ConflictRule;
import io.carillon.domain.channel.PublishPolicy;
import io.carillon.domain.channel.Visibility;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The columns of {@link ChannelRules}. */
final class StoredRules {
  /** Of the table {@code channel c}. */
  static final String COLUMNS =
      "c.kind, c.visibility, c.archived, c.history_millis, c.publish_policy, c.max_message_bytes,"
          + " c.slow_mode_millis, c.conflict_rule";

  private StoredRules() {}

  /**
   * @param at where the columns begin
   */
  static ChannelRules read(ResultSet row, int at, ChannelKey key) throws SQLException {
    return new ChannelRules(
        key,
        ChannelKind.valueOf(row.getString(at)),
        Visibility.valueOf(row.getString(at + 1)),
        row.getBoolean(at + 2),
        new ChannelPolicy(
            row.getLong(at + 3),
            PublishPolicy.valueOf(row.getString(at + 4)),
            row.getInt(at + 5),
            row.getLong(at + 6),
            ConflictRule.valueOf(row.getString(at + 7))));
  }
}
