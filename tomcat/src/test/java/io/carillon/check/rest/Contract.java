package io.carillon.check.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;

/**
 * The OpenAPI document as judge of answers: an answer has a status that is documented for its
 * route, and a body of the documented form, with no member that is not there. Knows as much of JSON
 * Schema as the document uses.
 */
final class Contract {
  private static final Set<String> METHODS = Set.of("get", "post", "patch", "delete", "put");

  private final JsonObject document;
  private final List<Operation> operations = new ArrayList<>();
  private final Set<String> succeeded = new ConcurrentSkipListSet<>();

  /**
   * A route of the document.
   *
   * @param body the schema of its request's body, or null
   */
  record Operation(String method, String path, Pattern pattern, JsonObject json, JsonObject body) {
    String id() {
      return json.requireString("operationId");
    }

    boolean hasTag(String tag) {
      return json.strings("tags").contains(tag);
    }

    /** Whether somebody without credentials is refused. */
    boolean isGuarded() {
      return !(json.get("security") instanceof List<?> ways)
          || ways.stream().noneMatch(way -> ((JsonObject) way).names().isEmpty())
              && !ways.isEmpty();
    }

    @Override
    public String toString() {
      return method + ' ' + path;
    }
  }

  private Contract(JsonObject document) {
    this.document = document;
  }

  static Contract of(String text) {
    Contract contract = new Contract(Json.parseObject(text));
    JsonObject paths = contract.document.object("paths").orElseThrow();
    for (String path : paths.names()) {
      JsonObject item = paths.object(path).orElseThrow();
      for (String method : item.names()) {
        if (METHODS.contains(method)) {
          contract.add(method, path, item.object(method).orElseThrow());
        }
      }
    }
    return contract;
  }

  private void add(String method, String path, JsonObject operation) {
    StringBuilder pattern = new StringBuilder();
    for (String part : path.substring(1).split("/")) {
      pattern.append('/').append(part.startsWith("{") ? "[^/]+" : Pattern.quote(part));
    }
    JsonObject body =
        operation
            .object("requestBody")
            .flatMap(request -> request.object("content"))
            .flatMap(content -> content.object("application/json"))
            .flatMap(json -> json.object("schema"))
            .orElse(null);
    operations.add(
        new Operation(
            method.toUpperCase(Locale.ROOT),
            path,
            Pattern.compile(pattern.toString()),
            operation,
            body));
  }

  List<Operation> operations() {
    return List.copyOf(operations);
  }

  /** Ids of the operations that an accepted answer was a success of. */
  Set<String> succeeded() {
    return new TreeSet<>(succeeded);
  }

  /** Holds an answer to the document. */
  Answer check(Answer answer) {
    Operation operation = operationOf(answer);
    JsonObject responses = operation.json().object("responses").orElseThrow();
    JsonObject response =
        responses
            .object(Integer.toString(answer.status()))
            .map(this::resolved)
            .orElseThrow(() -> new AssertionError("status is not documented: " + answer));
    Optional<JsonObject> content = response.object("content");
    if (content.isEmpty()) {
      assertThat(answer.text()).as(answer::toString).isEmpty();
    } else {
      String type = answer.header("Content-Type").replaceAll(";.*", "");
      JsonObject media =
          content
              .get()
              .object(type)
              .orElseThrow(() -> new AssertionError(type + " is not documented: " + answer));
      if (type.endsWith("json")) {
        List<String> faults = new ArrayList<>();
        validate(answer.json(), media.object("schema").orElseThrow(), "", true, faults);
        assertThat(faults).as(answer::toString).isEmpty();
      }
    }
    if (answer.status() < 300) {
      succeeded.add(operation.id());
    }
    return answer;
  }

  private Operation operationOf(Answer answer) {
    List<Operation> fitting =
        operations.stream()
            .filter(
                o ->
                    o.method().equals(answer.method())
                        && o.pattern().matcher(answer.path()).matches())
            .toList();
    // A literal path goes before one with a parameter.
    return fitting.stream()
        .min((a, b) -> Long.compare(parameters(a), parameters(b)))
        .orElseThrow(() -> new AssertionError("route is not documented: " + answer));
  }

  private static long parameters(Operation operation) {
    return operation.path().chars().filter(c -> c == '{').count();
  }

  JsonObject resolved(JsonObject object) {
    Optional<String> reference = object.string("$ref");
    if (reference.isEmpty()) {
      return object;
    }
    JsonObject at = document;
    for (String step : reference.get().substring(2).split("/")) {
      at = at.object(step).orElseThrow();
    }
    return resolved(at);
  }

  // ---- JSON Schema

  private void validate(
      Object value, JsonObject unresolved, String at, boolean closed, List<String> faults) {
    JsonObject schema = resolved(unresolved);
    if (!types(schema).isEmpty() && types(schema).stream().noneMatch(type -> is(value, type))) {
      faults.add(at + ": " + value + " is not of type " + schema.get("type"));
      return;
    }
    if (schema.get("enum") instanceof List<?> constants && !constants.contains(value)) {
      faults.add(at + ": " + value + " is none of " + constants);
    }
    if (schema.has("const") && !schema.get("const").equals(value)) {
      faults.add(at + ": " + value + " is not " + schema.get("const"));
    }
    if (schema.get("oneOf") instanceof List<?> choices) {
      validateOneOf(value, choices, at, faults);
    }
    if (value instanceof JsonObject object) {
      validateMembers(object, schema, at, closed, faults);
    }
    if (value instanceof List<?> list && schema.object("items").isPresent()) {
      for (int i = 0; i < list.size(); i++) {
        validate(list.get(i), schema.object("items").get(), at + '[' + i + ']', true, faults);
      }
    }
    if (schema.string("format").orElse("").equals("date-time")
        && value instanceof String text
        && !text.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z")) {
      faults.add(at + ": " + text + " is no time");
    }
  }

  private void validateOneOf(Object value, List<?> choices, String at, List<String> faults) {
    List<String> all = new ArrayList<>();
    for (Object choice : choices) {
      List<String> own = new ArrayList<>();
      validate(value, (JsonObject) choice, at, true, own);
      if (own.isEmpty()) {
        return;
      }
      all.addAll(own);
    }
    faults.add(at + ": none of the choices: " + all);
  }

  private void validateMembers(
      JsonObject object, JsonObject schema, String at, boolean closed, List<String> faults) {
    if (schema.get("allOf") instanceof List<?> parts) {
      for (Object part : parts) {
        validate(object, (JsonObject) part, at, false, faults);
      }
    }
    for (String name : schema.strings("required")) {
      if (!object.has(name)) {
        faults.add(at + '.' + name + " is missing");
      }
    }
    JsonObject properties = schema.object("properties").orElseGet(JsonObject::new);
    for (String name : properties.names()) {
      if (object.has(name)) {
        validate(object.get(name), properties.object(name).get(), at + '.' + name, true, faults);
      }
    }
    Set<String> known = knownMembers(schema);
    if (closed && !known.isEmpty()) {
      for (String name : object.names()) {
        if (!known.contains(name)) {
          faults.add(at + '.' + name + " is not documented");
        }
      }
    }
  }

  /** Names that the schema and its parts speak of. */
  Set<String> knownMembers(JsonObject unresolved) {
    JsonObject schema = resolved(unresolved);
    Set<String> names =
        new LinkedHashSet<>(schema.object("properties").orElseGet(JsonObject::new).names());
    if (schema.get("allOf") instanceof List<?> parts) {
      for (Object part : parts) {
        names.addAll(knownMembers((JsonObject) part));
      }
    }
    return names;
  }

  private static List<?> types(JsonObject schema) {
    Object type = schema.get("type");
    if (type == null) {
      return List.of();
    }
    return type instanceof List<?> several ? several : List.of(type);
  }

  private static boolean is(Object value, Object type) {
    return switch ((String) type) {
      case "null" -> value == null;
      case "string" -> value instanceof String;
      case "boolean" -> value instanceof Boolean;
      case "integer" -> value instanceof Long;
      case "number" -> value instanceof Number;
      case "array" -> value instanceof List;
      case "object" -> value instanceof JsonObject;
      default -> throw new AssertionError("type " + type);
    };
  }
}
