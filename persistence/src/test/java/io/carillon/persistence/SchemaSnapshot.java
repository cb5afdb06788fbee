package io.carillon.persistence;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a program can rely on in a schema: the columns, and the rules that its writes must keep.
 *
 * @param columns by table and name, {@code table.column}
 * @param rules unique indexes and foreign keys, by what they say: {@code table unique (a, b)}
 */
record SchemaSnapshot(Map<String, Column> columns, Set<String> rules) {

  /** A column as somebody sees it who reads it, or leaves it out of an insert. */
  record Column(String type, int size, boolean nullable, boolean filled) {}

  /**
   * @param schema its name as the database writes it
   */
  static SchemaSnapshot of(Connection connection, String schema) throws SQLException {
    DatabaseMetaData data = connection.getMetaData();
    Map<String, Column> columns = new TreeMap<>();
    Set<String> tables = new TreeSet<>();
    try (ResultSet row = data.getColumns(null, schema, "%", "%")) {
      while (row.next()) {
        String table = row.getString("TABLE_NAME");
        if (table.toLowerCase(Locale.ROOT).startsWith("flyway")) {
          continue;
        }
        String name = row.getString("COLUMN_NAME");
        String type = row.getString("TYPE_NAME");
        int size = row.getInt("COLUMN_SIZE");
        boolean nullable = row.getInt("NULLABLE") != DatabaseMetaData.columnNoNulls;
        boolean filled =
            row.getString("COLUMN_DEF") != null || "YES".equals(row.getString("IS_AUTOINCREMENT"));
        columns.put(key(table, name), new Column(type, size, nullable, filled));
        tables.add(table);
      }
    }
    Set<String> rules = new TreeSet<>();
    for (String table : tables) {
      Map<String, List<String>> unique = new TreeMap<>();
      try (ResultSet row = data.getIndexInfo(null, schema, table, true, false)) {
        while (row.next()) {
          if (row.getString("INDEX_NAME") != null) {
            unique
                .computeIfAbsent(row.getString("INDEX_NAME"), i -> new ArrayList<>())
                .add(row.getString("COLUMN_NAME"));
          }
        }
      }
      unique.values().forEach(of -> rules.add(key(table, "unique " + of)));
      try (ResultSet row = data.getImportedKeys(null, schema, table)) {
        while (row.next()) {
          rules.add(
              key(
                  table,
                  row.getString("FKCOLUMN_NAME") + " references " + row.getString("PKTABLE_NAME")));
        }
      }
    }
    return new SchemaSnapshot(columns, rules);
  }

  private static String key(String table, String what) {
    return (table + '.' + what).toLowerCase(Locale.ROOT);
  }

  /** Why a program that was written for this schema cannot go on with the other one. */
  List<String> brokenBy(SchemaSnapshot newer) {
    List<String> broken = new ArrayList<>();
    columns.forEach(
        (name, column) -> {
          Column now = newer.columns.get(name);
          if (now == null) {
            broken.add(name + " is gone");
          } else if (!now.type().equals(column.type()) || now.size() < column.size()) {
            broken.add(name + " holds something else");
          } else if (now.nullable() != column.nullable()) {
            broken.add(name + (column.nullable() ? " refuses nulls" : " may be null"));
          } else if (column.filled() && !now.filled()) {
            broken.add(name + " has no default");
          }
        });
    Set<String> tables = new TreeSet<>();
    columns.keySet().forEach(name -> tables.add(table(name)));
    newer.columns.forEach(
        (name, column) -> {
          if (tables.contains(table(name))
              && !columns.containsKey(name)
              && !column.nullable()
              && !column.filled()) {
            broken.add(name + " is new and must be given");
          }
        });
    for (String rule : newer.rules) {
      if (tables.contains(table(rule)) && !rules.contains(rule)) {
        broken.add("new rule: " + rule);
      }
    }
    return broken;
  }

  private static String table(String name) {
    return name.substring(0, name.indexOf('.'));
  }
}
