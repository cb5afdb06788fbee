package io.carillon.rights;

import io.carillon.rest.RestApplication;
import jakarta.servlet.annotation.WebServlet;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.ws.rs.HttpMethod;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the server has, found in its classes. */
final class Registered {
  private static final String CHAT = "io.carillon.gateway.chat.";
  private static final String GATEWAY = "io.carillon.gateway.";

  private Registered() {}

  /** Each as {@code GET /api/channels/{channel}}: resources, servlets and sockets. */
  static Set<String> routes() {
    Set<String> routes = new TreeSet<>();
    for (Class<?> type : classesOfTheWebModule()) {
      addResource(type, routes);
      WebServlet servlet = type.getAnnotation(WebServlet.class);
      if (servlet != null) {
        for (String method : methodsOf(type)) {
          Arrays.stream(servlet.urlPatterns()).forEach(path -> routes.add(method + ' ' + path));
        }
      }
      ServerEndpoint endpoint = type.getAnnotation(ServerEndpoint.class);
      if (endpoint != null) {
        routes.add("GET " + endpoint.value());
      }
    }
    return routes;
  }

  /** What a servlet answers; the rest is refused by its superclass. */
  private static List<String> methodsOf(Class<?> servlet) {
    List<String> methods = new ArrayList<>();
    for (Method method : servlet.getDeclaredMethods()) {
      if (method.getName().equals("service")) {
        throw new IllegalStateException("answers whatever it likes: " + servlet);
      }
      if (method.getName().matches("do[A-Z][a-z]+")) {
        methods.add(method.getName().substring(2).toUpperCase(Locale.ROOT));
      }
    }
    return methods;
  }

  private static void addResource(Class<?> type, Set<String> routes) {
    jakarta.ws.rs.Path root = type.getAnnotation(jakarta.ws.rs.Path.class);
    if (root == null) {
      return;
    }
    for (Method method : type.getMethods()) {
      boolean routed = false;
      for (Annotation annotation : method.getAnnotations()) {
        HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
        if (http != null) {
          jakarta.ws.rs.Path below = method.getAnnotation(jakarta.ws.rs.Path.class);
          routes.add(
              http.value() + " /api/" + root.value() + (below == null ? "" : '/' + below.value()));
          routed = true;
        }
      }
      if (!routed && method.isAnnotationPresent(jakarta.ws.rs.Path.class)) {
        throw new IllegalStateException("routes below it are not looked for: " + method);
      }
    }
  }

  private static List<Class<?>> classesOfTheWebModule() {
    try {
      URI place = RestApplication.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      if (Files.isDirectory(Path.of(place))) {
        return classesBelow(Path.of(place));
      }
      try (FileSystem jar = FileSystems.newFileSystem(Path.of(place))) {
        return classesBelow(jar.getPath("/"));
      }
    } catch (URISyntaxException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Class<?>> classesBelow(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(file -> root.relativize(file).toString())
          .filter(name -> name.startsWith("io/") && name.endsWith(".class"))
          .filter(name -> !name.endsWith("-info.class"))
          .<Class<?>>map(
              name -> load(name.substring(0, name.length() - ".class".length()).replace('/', '.')))
          .toList();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, Registered.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The classes that frames are read as, without their package. */
  static Set<String> frameTypes() {
    Set<String> types = new TreeSet<>();
    for (Class<?> type : load(GATEWAY + "ClientFrame").getPermittedSubclasses()) {
      types.add(type.getSimpleName());
    }
    return types;
  }

  /**
   * The events that the codec knows: whatever text its class has in it is tried. An event that it
   * does not know is refused for its {@code event}, any other for what it lacks, or not at all.
   */
  static Set<String> frameEvents() {
    Set<String> events = new TreeSet<>();
    for (String text : stringsIn(load(GATEWAY + "ClientFrames"))) {
      if (text.matches("[a-z]+(:[a-z]+)*") && !decoded(text).equals("Invalid event")) {
        events.add(text);
      }
    }
    return events;
  }

  private static String decoded(String event) {
    byte[] frame =
        ("{\"event\":\"" + event + "\",\"data\":{}}").getBytes(StandardCharsets.US_ASCII);
    try {
      Method decode =
          load(CHAT + "ChatCodec").getDeclaredMethod("decode", byte[].class, int.class, int.class);
      decode.setAccessible(true);
      Object decoded = decode.invoke(null, frame, 0, frame.length);
      String type = decoded.getClass().getSimpleName();
      if (!type.equals("Invalid")) {
        return type;
      }
      Method reason = decoded.getClass().getDeclaredMethod("reason");
      reason.setAccessible(true);
      return "Invalid " + ((Throwable) reason.invoke(decoded)).getMessage();
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The string constants of a class (Java Virtual Machine Specification, section 4.4). */
  private static Set<String> stringsIn(Class<?> type) {
    String file = '/' + type.getName().replace('.', '/') + ".class";
    try (InputStream stream = type.getResourceAsStream(file);
        DataInputStream in = new DataInputStream(stream)) {
      in.skipNBytes(8);
      int constants = in.readUnsignedShort();
      Map<Integer, String> texts = new HashMap<>();
      Set<Integer> strings = new TreeSet<>();
      for (int i = 1; i < constants; i++) {
        int tag = in.readUnsignedByte();
        switch (tag) {
          case 1 -> texts.put(i, in.readUTF());
          case 8 -> strings.add(in.readUnsignedShort());
          case 7, 16, 19, 20 -> in.skipNBytes(2);
          case 15 -> in.skipNBytes(3);
          case 5, 6 -> {
            in.skipNBytes(8);
            i++; // takes two places
          }
          default -> in.skipNBytes(4);
        }
      }
      Set<String> found = new TreeSet<>();
      strings.forEach(index -> found.add(texts.get(index)));
      return found;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
