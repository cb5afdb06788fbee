package io.carillon.check.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON (RFC 8259) as maps, lists, strings, longs, doubles, booleans and null. What is no JSON, or
 * names a member twice, is a {@link ProtocolViolation}.
 */
public final class JsonText {
  private static final int MAX_DEPTH = 100;

  private final String text;
  private int at;
  private int depth;

  private JsonText(String text) {
    this.text = text;
  }

  public static Object parse(String text) {
    JsonText reader = new JsonText(text);
    Object value = reader.value();
    reader.blanks();
    if (reader.at != text.length()) {
      throw reader.violation("something after the value");
    }
    return value;
  }

  /** Parses an object; any other value is a violation. */
  public static Map<String, Object> object(String text) {
    return asObject(parse(text));
  }

  @SuppressWarnings("unchecked") // parse makes no other maps
  public static Map<String, Object> asObject(Object value) {
    if (value instanceof Map) {
      return (Map<String, Object>) value;
    }
    throw new ProtocolViolation("no object: " + value);
  }

  public static List<?> asList(Object value) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new ProtocolViolation("no list: " + value);
  }

  /** Writes maps, lists, texts, numbers, booleans and null. */
  public static String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Object value, StringBuilder out) {
    if (value instanceof Map<?, ?> map) {
      char before = '{';
      for (Map.Entry<?, ?> member : map.entrySet()) {
        out.append(before);
        quote((String) member.getKey(), out);
        out.append(':');
        write(member.getValue(), out);
        before = ',';
      }
      out.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof List<?> list) {
      char before = '[';
      for (Object element : list) {
        out.append(before);
        write(element, out);
        before = ',';
      }
      out.append(list.isEmpty() ? "[]" : "]");
    } else if (value instanceof String string) {
      quote(string, out);
    } else {
      out.append(value);
    }
  }

  private static void quote(String string, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private Object value() {
    blanks();
    if (at >= text.length()) {
      throw violation("nothing");
    }
    char c = text.charAt(at);
    return switch (c) {
      case '{' -> objectValue();
      case '[' -> list();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, Object> objectValue() {
    enter();
    Map<String, Object> members = new LinkedHashMap<>();
    boolean more = !take('}');
    while (more) {
      blanks();
      String name = string();
      need(':');
      if (members.containsKey(name)) {
        throw violation("member " + name + " twice");
      }
      members.put(name, value());
      more = take(',');
      if (!more) {
        need('}');
      }
    }
    depth--;
    return members;
  }

  private List<Object> list() {
    enter();
    List<Object> elements = new ArrayList<>();
    boolean more = !take(']');
    while (more) {
      elements.add(value());
      more = take(',');
      if (!more) {
        need(']');
      }
    }
    depth--;
    return elements;
  }

  private void enter() {
    at++;
    if (++depth > MAX_DEPTH) {
      throw violation("too deep");
    }
  }

  private String string() {
    if (at >= text.length() || text.charAt(at) != '"') {
      throw violation("no text");
    }
    int start = ++at;
    StringBuilder out = null;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        String plain = text.substring(start, at++);
        return out == null ? plain : out.append(plain).toString();
      }
      if (c < ' ') {
        throw violation("a control character in a text");
      }
      if (c == '\\') {
        out = out == null ? new StringBuilder() : out;
        out.append(text, start, at++).append(escaped());
        start = at;
      } else {
        at++;
      }
    }
    throw violation("a text without end");
  }

  private char escaped() {
    if (at >= text.length()) {
      throw violation("a text without end");
    }
    char c = text.charAt(at++);
    switch (c) {
      case '"', '\\', '/':
        return c;
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'u':
        if (at + 4 <= text.length() && text.substring(at, at + 4).matches("[0-9A-Fa-f]{4}")) {
          at += 4;
          return (char) Integer.parseInt(text, at - 4, at, 16);
        }
        throw violation("an escape");
      default:
        throw violation("an escape");
    }
  }

  private Object number() {
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String digits = text.substring(start, at);
    if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      throw violation("no value");
    }
    boolean whole =
        digits.length() < 19 && digits.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9');
    return whole ? (Object) Long.valueOf(digits) : (Object) Double.valueOf(digits);
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw violation("no value");
    }
    at += word.length();
    return value;
  }

  private boolean take(char c) {
    blanks();
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void need(char c) {
    if (!take(c)) {
      throw violation("no " + c);
    }
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private ProtocolViolation violation(String what) {
    return new ProtocolViolation(
        what + " at " + at + " of " + text.substring(0, Math.min(300, text.length())));
  }
}
