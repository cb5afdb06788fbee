package io.carillon.config;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The list of all settings, as documentation and for looking keys up. */
public final class SettingsTable {
  private static final Map<String, RecordComponent> COMPONENTS = findComponents();

  private SettingsTable() {}

  /** Every setting as a Markdown table, in the order of {@link Settings}, with a final newline. */
  public static String markdown() {
    StringBuilder table = new StringBuilder();
    table.append("| key | default | range | meaning |\n|---|---|---|---|\n");
    for (RecordComponent component : COMPONENTS.values()) {
      Setting setting = component.getAnnotation(Setting.class);
      String byDefault = setting.byDefault().isEmpty() ? "none" : code(setting.byDefault());
      table
          .append("| ")
          .append(
              String.join(" | ", code(setting.key()), byDefault, range(component), help(setting)))
          .append(" |\n");
    }
    return table.toString();
  }

  /** Every key, in the order of {@link Settings}. */
  public static List<String> keys() {
    return List.copyOf(new ArrayList<>(COMPONENTS.keySet()));
  }

  static Map<String, RecordComponent> components() {
    return COMPONENTS;
  }

  static Setting setting(String key) {
    return COMPONENTS.get(key).getAnnotation(Setting.class);
  }

  /** The known key that takes the fewest changes of a letter to reach. */
  static String nearest(String key) {
    String nearest = "";
    int fewest = Integer.MAX_VALUE;
    for (String known : COMPONENTS.keySet()) {
      int changes = distance(key, known);
      if (changes < fewest) {
        fewest = changes;
        nearest = known;
      }
    }
    return nearest;
  }

  private static Map<String, RecordComponent> findComponents() {
    Map<String, RecordComponent> found = new LinkedHashMap<>();
    for (RecordComponent group : Settings.class.getRecordComponents()) {
      for (RecordComponent component : group.getType().getRecordComponents()) {
        String key = component.getAnnotation(Setting.class).key();
        if (found.put(key, component) != null) {
          throw new AssertionError("two settings have the key " + key);
        }
      }
    }
    return Collections.unmodifiableMap(found);
  }

  private static String code(String text) {
    return "`" + text + "`";
  }

  private static String range(RecordComponent component) {
    Setting setting = component.getAnnotation(Setting.class);
    if (component.getType() == boolean.class) {
      return "`true`, `false`";
    }
    String range = Values.range(setting);
    return component.getType() == Duration.class || setting.unit().isEmpty()
        ? range
        : range + " " + setting.unit();
  }

  private static String help(Setting setting) {
    return setting.help().replace("|", "\\|");
  }

  /** Levenshtein's distance, with two rows of the matrix. */
  private static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
      }
      above = row;
    }
    return above[b.length()];
  }
}
