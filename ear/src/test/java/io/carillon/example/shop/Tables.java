package io.carillon.example.shop;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Makes the shop's table, in Carillon's database. */
@Singleton
@Startup
public class Tables {
  @Resource(name = "jdbc/carillon")
  private DataSource database;

  @PostConstruct
  void make() {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table if not exists shop_order"
              + " (number varchar(64) primary key, buyer varchar(64) not null)");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
