package io.carillon.config;

import java.io.IOException;
import java.io.Reader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@link Settings}: the environment over system properties over what one deployment is given
 * over a file over the defaults.
 *
 * <p>A setting {@code CARILLON_HTTP_PORT} may be written {@code carillon.http.port} as a system
 * property and in the file. The file is the one that {@code CARILLON_CONFIG} names, or {@code
 * carillon.properties} in the working folder when there is one, a properties file in UTF-8.
 */
public final class SettingsLoader {
  /** The key that names the file; no setting, since the file cannot name itself. */
  static final String FILE_KEY = "CARILLON_CONFIG";

  private static final String FILE_NAME = "carillon.properties";
  private static final String PREFIX = "CARILLON_";
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(\\w+)}");

  private final Map<String, Given> given = new TreeMap<>();
  private final Map<String, String> defaults;
  private final List<String> warnings = new ArrayList<>();
  private final Rules rules = new Rules();

  private SettingsLoader(Map<String, String> defaults) {
    this.defaults = defaults;
  }

  /**
   * What was read.
   *
   * @param settings valid as a whole
   * @param warnings for the log: a key that nobody knows, with the nearest one that is known
   * @param given what differs from the defaults, for the log: key, value and source on a line;
   *     secrets are not shown
   */
  public record Loaded(Settings settings, List<String> warnings, List<String> given) {

    /** Tells an operator what was read. */
    public void tell(Logger log) {
      warnings.forEach(warning -> log.log(Level.WARNING, warning));
      given.forEach(line -> log.log(Level.INFO, line));
    }
  }

  /**
   * A setting as it counts.
   *
   * @param value as it was written; empty for a secret, whatever it is
   * @param byDefault what counts where nobody says anything else
   * @param source where the value was found; empty for the default
   * @param set whether there is a value that is not empty
   */
  public record Effective(
      String key,
      String value,
      String byDefault,
      String source,
      boolean secret,
      boolean set,
      String help) {}

  /** Settings that were loaded, as long as somebody has them. */
  private static final Map<Settings, List<Effective>> LOADED =
      Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * Where each value of these settings comes from, in the order of the documentation; empty for
   * settings that this class has not made. Secrets are not in it.
   */
  public static List<Effective> explain(Settings settings) {
    return LOADED.getOrDefault(settings, List.of());
  }

  private List<Effective> effective() {
    List<Effective> all = new ArrayList<>();
    for (RecordComponent component : SettingsTable.components().values()) {
      Setting setting = component.getAnnotation(Setting.class);
      boolean secret = component.getType() == Secret.class;
      String text = text(setting);
      Given found = given.get(setting.key());
      String unsaid = defaults.getOrDefault(setting.key(), setting.byDefault());
      all.add(
          new Effective(
              setting.key(),
              secret ? "" : text,
              secret ? "" : unsaid,
              found == null || found.value().isEmpty() ? "" : found.source(),
              secret,
              !text.isEmpty(),
              setting.help()));
    }
    return List.copyOf(all);
  }

  /** A value and the place where it was found. */
  private record Given(String value, String source) {}

  /**
   * Reads from the process's environment, system properties and working folder.
   *
   * @param defaults for some keys, in place of the documented ones
   * @throws InvalidSettingsException naming every fault
   */
  public static Loaded load(Map<String, String> defaults) {
    return load(System.getenv(), System.getProperties(), Path.of(""), defaults);
  }

  /**
   * Reads from the given places.
   *
   * @param folder where {@code carillon.properties} may be
   * @param defaults for some keys, in place of the documented ones
   * @throws InvalidSettingsException naming every fault
   */
  public static Loaded load(
      Map<String, String> environment,
      Properties system,
      Path folder,
      Map<String, String> defaults) {
    return load(environment, system, Map.of(), folder, defaults);
  }

  /**
   * Reads from the given places.
   *
   * @param deployment what one application of a server that holds several is given
   * @param folder where {@code carillon.properties} may be
   * @param defaults for some keys, in place of the documented ones
   * @throws InvalidSettingsException naming every fault
   */
  public static Loaded load(
      Map<String, String> environment,
      Properties system,
      Map<String, String> deployment,
      Path folder,
      Map<String, String> defaults) {
    SettingsLoader loader = new SettingsLoader(defaults);
    Map<String, String> properties = new TreeMap<>();
    for (String name : system.stringPropertyNames()) {
      properties.put(name, system.getProperty(name));
    }
    // From the weakest source to the strongest: a later value replaces an earlier one.
    loader.addFile(loader.file(environment, properties, folder));
    loader.add(deployment, "deployment");
    loader.add(properties, "system property");
    loader.add(environment, "environment");
    Settings settings = loader.build();
    return new Loaded(settings, List.copyOf(loader.warnings), loader.describeGiven());
  }

  static Settings fromTest(Map<String, String> values) {
    SettingsLoader loader =
        new SettingsLoader(Map.of("CARILLON_TOKEN_SECRET", "a secret for tests, 32 bytes or more"));
    loader.add(values, "test");
    if (!loader.warnings.isEmpty()) {
      throw new InvalidSettingsException(loader.warnings);
    }
    return loader.build();
  }

  private Optional<Path> file(
      Map<String, String> environment, Map<String, String> properties, Path folder) {
    String name = environment.get(FILE_KEY);
    for (Map.Entry<String, String> property : properties.entrySet()) {
      if (name == null && canonical(property.getKey()).equals(FILE_KEY)) {
        name = property.getValue();
      }
    }
    if (name != null && !name.isEmpty()) {
      return Optional.of(folder.resolve(name));
    }
    return Optional.of(folder.resolve(FILE_NAME)).filter(Files::exists);
  }

  private void addFile(Optional<Path> file) {
    if (file.isEmpty()) {
      return;
    }
    Path path = file.get();
    Properties content = new Properties();
    try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      content.load(reader);
    } catch (IOException | IllegalArgumentException e) { // the second: a wrong \\u escape
      rules.check(
          false, FILE_KEY + ": cannot read the settings file " + path.toAbsolutePath() + ": " + e);
      rules.finish();
    }
    Map<String, String> values = new TreeMap<>();
    for (String name : content.stringPropertyNames()) {
      // Every key of this file is meant for Carillon, so one without the prefix is a mistake.
      if (!canonical(name).startsWith(PREFIX)) {
        warnings.add(unknown(name, path.toString()));
      }
      values.put(name, content.getProperty(name));
    }
    add(values, "file " + path);
  }

  private void add(Map<String, String> values, String source) {
    Map<String, RecordComponent> known = SettingsTable.components();
    for (Map.Entry<String, String> entry : new TreeMap<>(values).entrySet()) {
      String key = canonical(entry.getKey());
      if (known.containsKey(key)) {
        given.put(key, new Given(entry.getValue().strip(), source));
      } else if (key.startsWith(PREFIX) && !key.equals(FILE_KEY)) {
        warnings.add(unknown(entry.getKey(), source));
      }
    }
  }

  private static String canonical(String name) {
    return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  private static String unknown(String name, String source) {
    String nearest = SettingsTable.nearest(canonical(name));
    return "unknown setting " + Values.quote(name) + " (" + source + "); nearest is " + nearest;
  }

  private Settings build() {
    Map<Class<?>, List<Object>> values = new LinkedHashMap<>();
    for (RecordComponent group : Settings.class.getRecordComponents()) {
      List<Object> arguments = new ArrayList<>();
      for (RecordComponent component : group.getType().getRecordComponents()) {
        arguments.add(read(component));
      }
      values.put(group.getType(), arguments);
    }
    rules.finish(); // what cannot be read cannot be checked further
    List<Object> groups = new ArrayList<>();
    values.forEach((type, arguments) -> groups.add(construct(type, arguments)));
    rules.finish();
    Settings settings = (Settings) construct(Settings.class, groups);
    rules.finish();
    LOADED.put(settings, effective());
    return settings;
  }

  /** The component's value; null after a fault was noted. */
  private Object read(RecordComponent component) {
    Setting setting = component.getAnnotation(Setting.class);
    Class<?> type = component.getType();
    String text = text(setting);
    try {
      Object value = Values.parse(type, text);
      if (Values.isInRange(value, setting)) {
        return value;
      }
    } catch (IllegalArgumentException e) {
      // Falls through: the operator is told what is allowed, which says more than the exception.
    }
    rules.check(
        false,
        setting.key()
            + " is "
            + Values.quote(text)
            + source(setting)
            + ", allowed is "
            + Values.allowed(type, setting));
    return null;
  }

  private String source(Setting setting) {
    Given found = given.get(setting.key());
    return found == null ? "" : " (" + found.source() + ")";
  }

  private String text(Setting setting) {
    Given found = given.get(setting.key());
    if (found != null && !found.value().isEmpty()) {
      return found.value();
    }
    String byDefault = defaults.getOrDefault(setting.key(), setting.byDefault());
    if (setting.key().equals("CARILLON_TOKEN_SECRET") && byDefault.isEmpty() && isDemo()) {
      return demoSecret();
    }
    return REFERENCE
        .matcher(byDefault)
        .replaceAll(match -> Matcher.quoteReplacement(referenced(match.group(1))));
  }

  private String referenced(String key) {
    RecordComponent component = SettingsTable.components().get(key);
    String text = text(component.getAnnotation(Setting.class));
    // As the setting itself will read it: a path is made absolute, which H2 insists on.
    return Values.parse(component.getType(), text).toString();
  }

  private boolean isDemo() {
    return text(SettingsTable.setting("CARILLON_DEMO")).equalsIgnoreCase("true");
  }

  private String demoSecret() {
    Path folder = Path.of(referenced("CARILLON_DATA_FOLDER"));
    try {
      return DemoSecret.in(folder);
    } catch (IOException e) {
      rules.check(false, "CARILLON_DATA_FOLDER: cannot keep a generated token secret in it: " + e);
      rules.finish();
      throw new AssertionError(e); // finish has thrown
    }
  }

  private Object construct(Class<?> type, List<Object> arguments) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(arguments.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof InvalidSettingsException invalid) {
        invalid.faults().forEach(fault -> rules.check(false, fault));
        return null;
      }
      throw new AssertionError(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("these are our own public records", e);
    }
  }

  private List<String> describeGiven() {
    List<String> lines = new ArrayList<>();
    given.forEach(
        (key, found) -> {
          boolean secret = SettingsTable.components().get(key).getType() == Secret.class;
          String shown =
              secret
                  ? new Secret(found.value()).toString()
                  : Values.quote(Values.withoutParameters(found.value()));
          lines.add(key + " = " + shown + " (" + found.source() + ")");
        });
    return List.copyOf(lines);
  }
}
