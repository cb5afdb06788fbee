package io.carillon.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How each type of setting is written and read. */
final class Values {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
  private static final Pattern NETWORK =
      Pattern.compile("(\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)(/\\d{1,3})?");
  private static final int MAX_QUOTED_LENGTH = 100;

  private Values() {}

  /**
   * Reads a value of the type.
   *
   * @throws IllegalArgumentException whose message says what is allowed
   */
  static Object parse(Class<?> type, String text) {
    if (type == String.class) {
      return text;
    } else if (type == Secret.class) {
      return new Secret(text);
    } else if (type == boolean.class) {
      return parseBoolean(text);
    } else if (type == int.class) {
      return Integer.parseInt(text); // NumberFormatException is an IllegalArgumentException
    } else if (type == long.class) {
      return Long.parseLong(text);
    } else if (type == Duration.class) {
      return parseDuration(text);
    } else if (type == Path.class) {
      return parsePath(text);
    } else if (type == List.class) {
      return parseList(text);
    }
    throw new AssertionError("no way to read a " + type);
  }

  /** What may be written for the type, as the end of a sentence; empty where anything may. */
  static String allowed(Class<?> type, Setting setting) {
    String range = range(setting);
    if (type == boolean.class) {
      return "true or false";
    } else if (type == Duration.class) {
      return (range + ", written as 250ms, 25s, 15m, 2h or 1d").strip();
    } else if (type == int.class || type == long.class) {
      return "a whole number " + range;
    } else if (type == Path.class) {
      return "a path";
    }
    return "";
  }

  /** The range as a table shows it; empty where there is none. */
  static String range(Setting setting) {
    return setting.min().isEmpty() ? "" : setting.min() + " to " + setting.max();
  }

  /** Whether the value lies in the setting's range, both ends included. */
  static boolean isInRange(Object value, Setting setting) {
    if (setting.min().isEmpty()) {
      return true;
    }
    if (value instanceof Duration duration) {
      return duration.compareTo(parseDuration(setting.min())) >= 0
          && duration.compareTo(parseDuration(setting.max())) <= 0;
    }
    long number = ((Number) value).longValue();
    return number >= Long.parseLong(setting.min()) && number <= Long.parseLong(setting.max());
  }

  /** A JDBC or Redis address without what may hold a password: user info and parameters. */
  static String withoutParameters(String address) {
    return address.replaceFirst("[?;].*", "").replaceFirst("//[^/]*@", "//");
  }

  /** A duration in the largest unit that keeps it whole. */
  static String format(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds != 0 && seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    } else if (seconds != 0 && seconds % 3_600 == 0) {
      return seconds / 3_600 + "h";
    } else if (seconds != 0 && seconds % 60 == 0) {
      return seconds / 60 + "m";
    }
    return seconds + "s";
  }

  /** Text of an operator's in quotes, without control characters and not too long to read. */
  static String quote(String text) {
    String shown = text.replaceAll("\\p{Cntrl}", "?");
    if (shown.length() > MAX_QUOTED_LENGTH) {
      shown = shown.substring(0, MAX_QUOTED_LENGTH) + "…";
    }
    return "\"" + shown + "\"";
  }

  static boolean isOrigin(String text) {
    try {
      URI uri = new URI(text);
      return uri.getScheme() != null
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && uri.getRawPath().isEmpty();
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** Whether it looks like an address or a network; names of machines do not. */
  static boolean isNetwork(String text) {
    return NETWORK.matcher(text).matches();
  }

  static boolean isHttpUrl(String text) {
    try {
      URI uri = new URI(text);
      return uri.getHost() != null
          && ("https".equalsIgnoreCase(uri.getScheme())
              || "http".equalsIgnoreCase(uri.getScheme()));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static Boolean parseBoolean(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("neither true nor false");
    };
  }

  private static Duration parseDuration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no duration");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      case "d" -> Duration.ofDays(number);
      default -> throw new AssertionError("not in the pattern: " + matcher.group(2));
    };
  }

  private static Path parsePath(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty");
    }
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("no path", e);
    }
  }

  private static List<String> parseList(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(part -> part.strip().toLowerCase(Locale.ROOT))
        .filter(part -> !part.isEmpty())
        .distinct()
        .toList();
  }
}
