package io.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.carillon.config.SettingsLoader.Loaded;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  @TempDir Path folder;

  @Test
  void hasTheDocumentedDefaults() {
    Settings settings = Settings.of(Map.of());
    assertThat(settings.http().host()).isEqualTo("127.0.0.1");
    assertThat(settings.http().port()).isEqualTo(8080);
    assertThat(settings.http().allowedOrigins()).isEmpty();
    assertThat(settings.database().url())
        .isEqualTo("jdbc:h2:file:" + Path.of("data").toAbsolutePath() + "/carillon");
    assertThat(settings.limits().messagesPerMinute()).isEqualTo(60);
    assertThat(settings.limits().connections()).isEqualTo(50_000);
    assertThat(settings.limits().connectionsPerUser()).isEqualTo(50);
    assertThat(settings.limits().connectionsPerAddress()).isEqualTo(1_000);
    assertThat(settings.limits().framesPerSecond()).isEqualTo(500);
    assertThat(settings.limits().maxMessageBytes()).isEqualTo(65_536);
    assertThat(settings.connections().queueBytes()).isEqualTo(262_144);
    assertThat(settings.connections().heartbeatInterval()).isEqualTo(Duration.ofSeconds(25));
    assertThat(settings.log().maxQueuedBytes()).isEqualTo(64L * 1024 * 1024);
    assertThat(settings.hub().holeWait()).isEqualTo(Duration.ofMillis(20));
    assertThat(settings.presence().grace()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.demo().enabled()).isFalse();
  }

  @Test
  void mapsTheServersRolesInTheirOrder() {
    Settings.Container container =
        Settings.of(
                Map.of(
                    "CARILLON_CONTAINER_ORGANIZATION",
                    "acme",
                    "CARILLON_CONTAINER_ROLES",
                    "Chefs=OWNER, cn=ops=ADMIN ,staff=MEMBER"))
            .container();
    assertThat(container.isOn()).isTrue();
    assertThat(container.createUsers()).isFalse();
    assertThat(container.roleOf(Set.of("staff", "cn=ops")::contains)).contains("ADMIN");
    assertThat(container.roleOf(Set.of("staff", "chefs")::contains)).contains("MEMBER");
    assertThat(container.roleOf(Set.of("Chefs")::contains)).contains("OWNER");
    assertThat(container.roleOf(Set.of("guests", "*")::contains)).isEmpty();
    assertThat(Settings.of(Map.of()).container().isOn()).isFalse();
    Settings.Container everybody =
        Settings.of(Map.of("CARILLON_CONTAINER_ROLES", "boss=OWNER,*=MEMBER")).container();
    assertThat(everybody.roleOf(role -> false)).contains("MEMBER");
  }

  @Test
  void refusesRolesThatAreNone() {
    for (String roles : List.of("staff", "=MEMBER", "staff=GUEST", "staff=member", "*")) {
      assertThatThrownBy(() -> Settings.of(Map.of("CARILLON_CONTAINER_ROLES", roles)))
          .as(roles)
          .hasMessageContaining("CARILLON_CONTAINER_ROLES");
    }
    assertThatThrownBy(() -> Settings.of(Map.of("CARILLON_CONTAINER_ORGANIZATION", "acme")))
        .hasMessageContaining("CARILLON_CONTAINER_ROLES is not");
  }

  @Test
  void everyComponentIsASettingWithAKeyOfOursAndHelp() {
    for (RecordComponent group : Settings.class.getRecordComponents()) {
      for (RecordComponent component : group.getType().getRecordComponents()) {
        Setting setting = component.getAnnotation(Setting.class);
        assertThat(setting).as(group + "." + component).isNotNull();
        assertThat(setting.key()).matches("CARILLON(_[A-Z]+)+");
        assertThat(setting.help()).isNotBlank().doesNotEndWith(".");
        assertThat(setting.min().isEmpty()).as(setting.key()).isEqualTo(setting.max().isEmpty());
        boolean number = component.getType() == int.class || component.getType() == long.class;
        assertThat(number || component.getType() == Duration.class)
            .as("%s has a range", setting.key())
            .isEqualTo(!setting.min().isEmpty());
      }
    }
  }

  @Test
  void takesTheEnvironmentOverSystemPropertiesOverTheFileOverTheDefault() throws Exception {
    Files.writeString(
        folder.resolve("carillon.properties"),
        """
        carillon.http.port = 1001
        CARILLON_LOG_BATCH = 1002
        carillon.hub.shards = 3
        """);
    Properties system = new Properties();
    system.setProperty("carillon.http.port", "2001");
    system.setProperty("CARILLON_LOG_BATCH", "2002");
    system.setProperty("unrelated", "value");
    Loaded loaded =
        load(Map.of("CARILLON_HTTP_PORT", "3001", "CARILLON_TOKEN_SECRET", SECRET), system);
    assertThat(loaded.settings().http().port()).isEqualTo(3001);
    assertThat(loaded.settings().log().batchSize()).isEqualTo(2002);
    assertThat(loaded.settings().hub().shards()).isEqualTo(3);
    assertThat(loaded.settings().log().writers()).isEqualTo(2);
    assertThat(loaded.warnings()).isEmpty();
  }

  @Test
  void readsTheFileThatIsNamedAndRefusesOneThatIsMissing() throws Exception {
    Files.writeString(folder.resolve("other.properties"), "carillon.http.port=4001");
    Map<String, String> environment =
        Map.of("CARILLON_CONFIG", "other.properties", "CARILLON_TOKEN_SECRET", SECRET);
    assertThat(load(environment).settings().http().port()).isEqualTo(4001);
    assertThatThrownBy(() -> load(Map.of("CARILLON_CONFIG", "missing.properties")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("CARILLON_CONFIG")
        .hasMessageContaining("missing.properties");
  }

  @Test
  void reportsAnUnknownKeyWithTheNearestKnownOne() throws Exception {
    Files.writeString(folder.resolve("carillon.properties"), "http.port=1");
    Loaded loaded =
        load(Map.of("CARILLON_HTTP_PROT", "1", "PATH", "/bin", "CARILLON_TOKEN_SECRET", SECRET));
    assertThat(loaded.warnings())
        .hasSize(2)
        .anyMatch(w -> w.contains("CARILLON_HTTP_PROT") && w.endsWith("CARILLON_HTTP_PORT"))
        .anyMatch(w -> w.contains("\"http.port\"") && w.contains("carillon.properties"));
  }

  @Test
  void namesEveryWrongValueWithItsRangeAtOnce() {
    Map<String, String> environment =
        Map.of(
            "CARILLON_HTTP_PORT", "65536",
            "CARILLON_LOG_BATCH", "many",
            "CARILLON_DEMO", "yes",
            "CARILLON_HEARTBEAT_INTERVAL", "25",
            "CARILLON_WRITE_DEADLINE", "9999999999999999999s",
            "CARILLON_TOKEN_SECRET", SECRET);
    InvalidSettingsException refused =
        catchThrowableOfType(InvalidSettingsException.class, () -> load(environment));
    assertThat(refused.faults())
        .containsExactlyInAnyOrder(
            "CARILLON_HTTP_PORT is \"65536\" (environment), allowed is a whole number 0 to 65535",
            "CARILLON_LOG_BATCH is \"many\" (environment), allowed is a whole number 1 to 10000",
            "CARILLON_DEMO is \"yes\" (environment), allowed is true or false",
            "CARILLON_HEARTBEAT_INTERVAL is \"25\" (environment), allowed is 1s to 5m, written as"
                + " 250ms, 25s, 15m, 2h or 1d",
            "CARILLON_WRITE_DEADLINE is \"9999999999999999999s\" (environment), allowed is 1s to"
                + " 5m, written as 250ms, 25s, 15m, 2h or 1d");
  }

  @Test
  void takesBothEndsOfARangeAndNothingBeyond() {
    assertThat(Settings.of(Map.of("CARILLON_HTTP_PORT", "0")).http().port()).isZero();
    assertThat(Settings.of(Map.of("CARILLON_HTTP_PORT", "65535")).http().port()).isEqualTo(65535);
    assertThatThrownBy(() -> Settings.of(Map.of("CARILLON_HTTP_PORT", "-1")))
        .isInstanceOf(InvalidSettingsException.class);
  }

  @Test
  void refusesAShortSecretWithoutShowingIt() {
    String almost = SECRET.substring(1);
    for (String key : List.of("CARILLON_TOKEN_SECRET", "CARILLON_CLUSTER_KEY")) {
      assertThatThrownBy(() -> Settings.of(Map.of(key, almost)))
          .isInstanceOf(InvalidSettingsException.class)
          .hasMessageContaining(key + " has 31 bytes, allowed is 32 or more")
          .hasMessageNotContaining(almost);
    }
    // Bytes count, not letters: 16 of these make 32.
    String umlauts = "ü".repeat(16);
    assertThat(Settings.of(Map.of("CARILLON_TOKEN_SECRET", umlauts)).tokens().secret().value())
        .isEqualTo(umlauts);
  }

  @Test
  void refusesAPrefixThatScattersWhatHasToBeTogether() {
    assertThat(Settings.of(Map.of("CARILLON_REDIS_PREFIX", "{a}b")).cluster().redisPrefix())
        .isEqualTo("{a}b");
    assertThatThrownBy(() -> Settings.of(Map.of("CARILLON_REDIS_PREFIX", "a{}b")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("CARILLON_REDIS_PREFIX contains {}");
  }

  @Test
  void neverShowsASecret() {
    Loaded loaded =
        load(
            Map.of(
                "CARILLON_TOKEN_SECRET", SECRET,
                "CARILLON_DATABASE_PASSWORD", "hidden-password",
                "CARILLON_DATABASE_URL", "jdbc:postgresql://db/carillon?password=hidden-too",
                "CARILLON_REDIS_URL", "redis://user:hidden-as-well@cache"));
    assertThat(String.join("\n", loaded.given()) + loaded.settings().tokens())
        .contains("CARILLON_TOKEN_SECRET = (set) (environment)")
        .contains("\"jdbc:postgresql://db/carillon\"")
        .doesNotContain(SECRET)
        .doesNotContain("hidden");
  }

  @Test
  void refusesToStartWithoutAnyWayToVerifyATokenOutsideDemoMode() {
    assertThatThrownBy(() -> load(Map.of()))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("CARILLON_TOKEN_SECRET is not set")
        .hasMessageContaining("CARILLON_TOKEN_JWKS_URL");
    assertThat(load(Map.of("CARILLON_TOKEN_JWKS_URL", "https://id.example.org/keys")).warnings())
        .isEmpty();
    assertThatThrownBy(() -> load(Map.of("CARILLON_TOKEN_JWKS_URL", "id.example.org")))
        .hasMessageContaining("CARILLON_TOKEN_JWKS_URL is \"id.example.org\"");
  }

  @Test
  void generatesTheDemoSecretOnceAndKeepsItFromOthers() throws Exception {
    Path data = folder.resolve("data");
    Map<String, String> demo =
        Map.of("CARILLON_DEMO", "true", "CARILLON_DATA_FOLDER", data.toString());
    Secret first = load(demo).settings().tokens().secret();
    assertThat(first.bytes()).hasSizeGreaterThanOrEqualTo(32);
    assertThat(load(demo).settings().tokens().secret()).isEqualTo(first);
    try (var files = Files.list(data)) {
      assertThat(files).hasSize(1);
    }
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("demo-token-secret"))))
        .isEqualTo("rw-------");
  }

  @Test
  void keepsDemoAccountsOnLoopback() {
    Map<String, String> demo =
        Map.of("CARILLON_DEMO", "true", "CARILLON_DATA_FOLDER", folder.toString());
    for (String host : List.of("127.0.0.1", "localhost", "::1", "127.1.2.3")) {
      Settings settings = Settings.of(with(demo, "CARILLON_HTTP_HOST", host));
      assertThat(settings.http().isLoopback()).as(host).isTrue();
    }
    for (String host : List.of("0.0.0.0", "::", "192.0.2.1")) {
      assertThatThrownBy(() -> Settings.of(with(demo, "CARILLON_HTTP_HOST", host)))
          .as(host)
          .isInstanceOf(InvalidSettingsException.class)
          .hasMessageContaining("CARILLON_HTTP_HOST is " + host)
          .hasMessageContaining("CARILLON_DEMO=false");
    }
  }

  @Test
  void readsAListOfOriginsAndRefusesWhatIsNone() {
    assertThat(
            Settings.of(
                    Map.of(
                        "CARILLON_ALLOWED_ORIGINS",
                        " https://Portal.example.org, http://localhost:3000 ,"))
                .http()
                .allowedOrigins())
        .containsExactly("https://portal.example.org", "http://localhost:3000");
    for (String wrong : List.of("*", "portal.example.org", "https://a.example/", "https://u@a.b")) {
      assertThatThrownBy(() -> Settings.of(Map.of("CARILLON_ALLOWED_ORIGINS", wrong)))
          .as(wrong)
          .isInstanceOf(InvalidSettingsException.class)
          .hasMessageContaining("CARILLON_ALLOWED_ORIGINS has \"" + wrong + "\"");
    }
  }

  @Test
  void keepsTheHeartbeatOfPresenceBelowHalfItsTimeToLive() {
    assertThatThrownBy(() -> Settings.of(Map.of("CARILLON_PRESENCE_HEARTBEAT", "31s")))
        .hasMessageContaining("CARILLON_PRESENCE_HEARTBEAT is 31s")
        .hasMessageContaining("CARILLON_PRESENCE_TTL, which is 1m");
  }

  @Test
  void rendersOneRowForEachSetting() {
    String table = SettingsTable.markdown();
    assertThat(table.lines()).hasSize(2 + SettingsTable.keys().size());
    assertThat(table)
        .contains("| `CARILLON_HTTP_PORT` | `8080` | 0 to 65535 | port that the runnable jar")
        .contains("| `CARILLON_QUEUE_BYTES` | `262144` | 16384 to 1073741824 bytes |")
        .contains("| `CARILLON_TOKEN_SECRET` | none |  | verifies");
    assertThat(table.lines())
        .allMatch(Pattern.compile("\\|( .* \\|){4}|\\|(---\\|){4}").asPredicate());
  }

  private Loaded load(Map<String, String> environment) {
    return load(environment, new Properties());
  }

  private Loaded load(Map<String, String> environment, Properties system) {
    return SettingsLoader.load(environment, system, folder, Map.of());
  }

  private static Map<String, String> with(Map<String, String> values, String key, String value) {
    Map<String, String> more = new java.util.HashMap<>(values);
    more.put(key, value);
    return more;
  }
}
