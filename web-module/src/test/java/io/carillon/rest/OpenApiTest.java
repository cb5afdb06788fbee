package io.carillon.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.error.ErrorCode;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the OpenAPI document to the routes that there are. */
class OpenApiTest {
  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");
  private static final Pattern TEMPLATE = Pattern.compile("\\{([^}]*)}");

  private final JsonObject document = read();

  private static JsonObject read() {
    try (InputStream in = OpenApiServlet.class.getResourceAsStream(OpenApiServlet.DOCUMENT)) {
      return Json.parseObject(in.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- what the module serves

  private static List<Class<?>> classesOfTheModule() {
    try {
      java.nio.file.Path root =
          java.nio.file.Path.of(
              RestApplication.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<java.nio.file.Path> files = Files.walk(root)) {
        return files
            .map(file -> root.relativize(file).toString())
            .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
            .<Class<?>>map(OpenApiTest::load)
            .toList();
      }
    } catch (URISyntaxException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> load(String file) {
    String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
    try {
      return Class.forName(name, false, OpenApiTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Each as {@code GET /api/channels/{channel}}. */
  private static Set<String> registeredRoutes() {
    Set<String> routes = new TreeSet<>();
    for (Class<?> type : classesOfTheModule()) {
      Path root = type.getAnnotation(Path.class);
      if (root == null) {
        continue;
      }
      for (Method method : type.getMethods()) {
        for (Annotation annotation : method.getAnnotations()) {
          HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
          if (http != null) {
            Path below = method.getAnnotation(Path.class);
            routes.add(
                http.value()
                    + " /api/"
                    + root.value()
                    + (below == null ? "" : '/' + below.value()));
          }
        }
      }
    }
    return routes;
  }

  private static Set<String> servletPaths() {
    return classesOfTheModule().stream()
        .map(type -> type.getAnnotation(WebServlet.class))
        .filter(servlet -> servlet != null)
        .flatMap(servlet -> Arrays.stream(servlet.urlPatterns()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  // ---- what the document says

  private interface OperationVisitor {
    void visit(String method, String path, JsonObject item, JsonObject operation);
  }

  private void eachOperation(OperationVisitor visitor) {
    JsonObject paths = document.object("paths").orElseThrow();
    for (String path : paths.names()) {
      JsonObject item = paths.object(path).orElseThrow();
      for (String method : item.names()) {
        if (METHODS.contains(method)) {
          visitor.visit(
              method.toUpperCase(java.util.Locale.ROOT),
              path,
              item,
              item.object(method).orElseThrow());
        }
      }
    }
  }

  private JsonObject resolved(JsonObject object) {
    return object.string("$ref").map(this::target).orElse(object);
  }

  private JsonObject target(String reference) {
    assertThat(reference).startsWith("#/");
    JsonObject at = document;
    for (String step : reference.substring(2).split("/")) {
      at = at.object(step).orElseThrow(() -> new AssertionError("nothing at " + reference));
    }
    return at;
  }

  private static void eachObject(Object value, Consumer<JsonObject> visitor) {
    if (value instanceof JsonObject object) {
      visitor.accept(object);
      object.members().values().forEach(member -> eachObject(member, visitor));
    } else if (value instanceof List<?> list) {
      list.forEach(element -> eachObject(element, visitor));
    }
  }

  @Test
  void namesEveryRouteOfTheInterfaceAndNoOther() {
    Set<String> documented = new TreeSet<>();
    eachOperation(
        (method, path, item, operation) -> {
          if (path.startsWith("/api/")) {
            documented.add(method + ' ' + path);
          }
        });
    assertThat(registeredRoutes()).hasSizeGreaterThan(30).isEqualTo(documented);
  }

  @Test
  void namesEveryServletAndTheSocket() {
    Set<String> documented = new TreeSet<>();
    eachOperation(
        (method, path, item, operation) -> {
          if (!path.startsWith("/api/")) {
            documented.add(path);
          }
        });
    Set<String> served = servletPaths();
    served.add("/ws");
    assertThat(documented).isEqualTo(served);
  }

  @Test
  void listsTheCodesThereAre() {
    List<?> codes = (List<?>) target("#/components/schemas/Code").get("enum");
    assertThat(codes).isEqualTo(Arrays.stream(ErrorCode.values()).map(ErrorCode::name).toList());
  }

  @Test
  void givesEachStatusTheCodesThatHaveIt() {
    JsonObject responses = document.object("components").flatMap(c -> c.object("responses")).get();
    eachOperation(
        (method, path, item, operation) -> {
          JsonObject answers = operation.object("responses").orElseThrow();
          for (String status : answers.names()) {
            String reference = answers.object(status).get().string("$ref").orElse("");
            if (reference.isEmpty()) {
              continue;
            }
            String text = target(reference).requireString("description");
            for (ErrorCode code : ErrorCode.values()) {
              if (text.contains('`' + code.name() + '`') && !status.equals("415")) {
                assertThat(status).as(reference).isEqualTo(Integer.toString(code.httpStatus()));
              }
            }
          }
        });
    assertThat(responses.names()).hasSize(10);
  }

  @Test
  void hasNoReferenceToNothing() {
    List<String> references = new ArrayList<>();
    eachObject(document, object -> object.string("$ref").ifPresent(references::add));
    assertThat(references).hasSizeGreaterThan(100).allSatisfy(this::target);
  }

  @Test
  void usesWhateverItDefines() {
    Set<String> used = new HashSet<>();
    eachObject(document, object -> object.string("$ref").ifPresent(used::add));
    for (String section : List.of("schemas", "responses", "parameters")) {
      for (String name : target("#/components/" + section).names()) {
        assertThat(used).contains("#/components/" + section + '/' + name);
      }
    }
  }

  @Test
  void declaresTheParametersOfEachPath() {
    eachOperation(
        (method, path, item, operation) -> {
          Set<String> declared = new TreeSet<>();
          for (JsonObject holder : List.of(item, operation)) {
            if (holder.get("parameters") instanceof List<?> parameters) {
              for (Object parameter : parameters) {
                JsonObject one = resolved((JsonObject) parameter);
                if (one.requireString("in").equals("path")) {
                  assertThat(one.bool("required")).contains(true);
                  declared.add(one.requireString("name"));
                }
              }
            }
          }
          Set<String> inPath = new TreeSet<>();
          Matcher template = TEMPLATE.matcher(path);
          while (template.find()) {
            inPath.add(template.group(1));
          }
          assertThat(declared).as(method + ' ' + path).isEqualTo(inPath);
        });
  }

  @Test
  void tellsOfEachOperationWhatItIsAndHowItCanEnd() {
    Set<String> ids = new HashSet<>();
    List<String> tags = new ArrayList<>();
    for (Object tag : (List<?>) document.get("tags")) {
      tags.add(((JsonObject) tag).requireString("name"));
    }
    eachOperation(
        (method, path, item, operation) -> {
          String name = method + ' ' + path;
          assertThat(ids.add(operation.requireString("operationId"))).as(name).isTrue();
          assertThat(operation.requireString("summary")).as(name).isNotBlank();
          assertThat(tags).as(name).containsAll(operation.strings("tags"));
          JsonObject answers = operation.object("responses").orElseThrow();
          assertThat(answers.names()).as(name).anyMatch(status -> status.matches("101|2.."));
          boolean open = operation.get("security") instanceof List<?> list && list.isEmpty();
          if (path.startsWith("/api/") && !open && !path.equals("/api/logout")) {
            assertThat(answers.names()).as(name).contains("401", "500");
          }
        });
  }
}
