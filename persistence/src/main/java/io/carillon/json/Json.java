package io.carillon.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes JSON. What comes in is hostile: at most {@value #MAX_DEPTH} levels, numbers of
 * at most 100 digits, no member twice, nothing after the value; the size is the caller's to bound.
 * Any thread.
 */
public final class Json {
  /** Levels of nesting that are read; deeper is {@code MALFORMED}. */
  public static final int MAX_DEPTH = 64;

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(100)
                  .maxNameLength(1_024)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // A source's text in a failure's message would reach the log; interned names never leave
          // it.
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
          .build();

  private Json() {}

  /** The factory with these limits, for streaming writers. */
  public static JsonFactory factory() {
    return FACTORY;
  }

  /**
   * @throws RealtimeException with {@code MALFORMED} for everything that is not one JSON object
   */
  public static JsonObject parseObject(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      return object(readAll(parser));
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  /** As {@link #parseObject(String)}, from UTF-8. */
  public static JsonObject parseObject(byte[] utf8) {
    return parseObject(utf8, 0, utf8.length);
  }

  public static JsonObject parseObject(byte[] utf8, int offset, int length) {
    try (JsonParser parser = FACTORY.createParser(utf8, offset, length)) {
      return object(readAll(parser));
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  /** Any JSON value; see {@link JsonObject} for the types. */
  public static Object parse(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      return readAll(parser);
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  /** As {@link #parse(String)}, from UTF-8. */
  public static Object parse(byte[] utf8, int offset, int length) {
    try (JsonParser parser = FACTORY.createParser(utf8, offset, length)) {
      return readAll(parser);
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  private static Object readAll(JsonParser parser) throws IOException {
    if (parser.nextToken() == null) {
      throw new RealtimeException(ErrorCode.MALFORMED, "empty");
    }
    Object value = read(parser);
    if (parser.nextToken() != null) {
      throw new RealtimeException(ErrorCode.MALFORMED, "text after the JSON value");
    }
    return value;
  }

  private static Object read(JsonParser parser) throws IOException {
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        JsonObject object = new JsonObject();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          object.put(name, read(parser));
        }
        return object;
      }
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(read(parser));
        }
        return list;
      }
      case VALUE_STRING -> {
        return parser.getText();
      }
      case VALUE_NUMBER_INT -> {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
            ? (Object) parser.getBigIntegerValue()
            : (Object) parser.getLongValue();
      }
      case VALUE_NUMBER_FLOAT -> {
        return decimal(parser);
      }
      case VALUE_TRUE -> {
        return Boolean.TRUE;
      }
      case VALUE_FALSE -> {
        return Boolean.FALSE;
      }
      case VALUE_NULL -> {
        return null;
      }
      default -> throw new RealtimeException(ErrorCode.MALFORMED, "JSON");
    }
  }

  private static BigDecimal decimal(JsonParser parser) throws IOException {
    try {
      return parser.getDecimalValue();
    } catch (ArithmeticException | NumberFormatException e) { // an exponent beyond 32 bits
      throw new RealtimeException(ErrorCode.MALFORMED, "number", e);
    }
  }

  private static JsonObject object(Object value) {
    if (value instanceof JsonObject object) {
      return object;
    }
    throw new RealtimeException(ErrorCode.MALFORMED, "not a JSON object");
  }

  private static RealtimeException malformed(IOException cause) {
    return new RealtimeException(ErrorCode.MALFORMED, "JSON", cause);
  }

  /** Compact JSON text of a value, on one line: control characters are escaped. */
  public static String text(Object value) {
    StringWriter text = new StringWriter();
    write(value, text);
    return text.toString();
  }

  /** As {@link #text}, in UTF-8. */
  public static byte[] bytes(Object value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
      write(value, generator);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(Object value, Writer to) {
    try (JsonGenerator generator = FACTORY.createGenerator(to)) {
      write(value, generator);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes a value of the types of {@link JsonObject}, or {@link RawJson}.
   *
   * @throws IllegalArgumentException for any other type
   */
  public static void write(Object value, JsonGenerator to) throws IOException {
    if (value == null) {
      to.writeNull();
    } else if (value instanceof String text) {
      to.writeString(text);
    } else if (value instanceof RawJson raw) {
      to.writeRawValue(raw.text());
    } else if (value instanceof JsonObject object) {
      to.writeStartObject();
      for (Map.Entry<String, Object> member : object.members().entrySet()) {
        to.writeFieldName(member.getKey());
        write(member.getValue(), to);
      }
      to.writeEndObject();
    } else if (value instanceof Iterable<?> list) {
      to.writeStartArray();
      for (Object element : list) {
        write(element, to);
      }
      to.writeEndArray();
    } else if (value instanceof Boolean bool) {
      to.writeBoolean(bool);
    } else if (value instanceof Integer number) {
      to.writeNumber(number);
    } else if (value instanceof Long number) {
      to.writeNumber(number);
    } else if (value instanceof Double number) {
      to.writeNumber(number);
    } else if (value instanceof BigDecimal number) {
      to.writeNumber(number);
    } else if (value instanceof java.math.BigInteger number) {
      to.writeNumber(number);
    } else {
      throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }

  /** JSON text that was checked before and is written as it is. */
  public record RawJson(String text) {}
}
