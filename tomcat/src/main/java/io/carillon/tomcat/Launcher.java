package io.carillon.tomcat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * What {@code java -jar carillon.jar} runs. The jar holds its libraries as jars, whole: merged into
 * one they would lose service files and signatures. They are unpacked at the first start into the
 * user's cache folder, under a name made from their content, and used from there ever after.
 */
public final class Launcher {
  private static final String SERVER = "io.carillon.tomcat.TomcatServer";
  private static final String LIBRARIES = "lib/";
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private Launcher() {}

  /** Starts the server. */
  public static void main(String[] arguments) throws Exception {
    if (System.getProperty("java.util.logging.manager") == null) {
      // By name: touching the class would already make the JDK's own manager.
      System.setProperty("java.util.logging.manager", "io.carillon.tomcat.LogFormat");
    }
    LogFormat.install();
    Path self = Path.of(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    URL[] classPath = classPath(self);
    // The parent knows the JDK alone: no class of this jar is loaded twice but this one.
    URLClassLoader loader =
        new URLClassLoader("carillon", classPath, ClassLoader.getPlatformClassLoader());
    Thread.currentThread().setContextClassLoader(loader);
    try {
      loader.loadClass(SERVER).getMethod("main", String[].class).invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static URL[] classPath(Path self) throws IOException {
    List<URL> urls = new ArrayList<>();
    urls.add(url(self));
    try (JarFile jar = new JarFile(self.toFile())) {
      List<JarEntry> libraries =
          jar.stream()
              .filter(entry -> entry.getName().startsWith(LIBRARIES) && !entry.isDirectory())
              // The largest first: a class loader asks one jar after the other for each class.
              .sorted(
                  Comparator.comparingLong(JarEntry::getSize)
                      .reversed()
                      .thenComparing(JarEntry::getName))
              .toList();
      Path folder = unpacked(jar, libraries);
      for (JarEntry library : libraries) {
        urls.add(url(folder.resolve(fileName(library))));
      }
    }
    return urls.toArray(URL[]::new);
  }

  private static Path unpacked(JarFile jar, List<JarEntry> libraries) throws IOException {
    Path cache = cacheFolder();
    Path folder = cache.resolve(contentName(libraries));
    if (isComplete(folder, libraries)) {
      return folder;
    }
    // One start at a time: what another has just unpacked, and runs from, must not be replaced.
    try (FileChannel lock =
            FileChannel.open(
                cache.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      if (!isComplete(folder, libraries)) {
        unpack(jar, libraries, folder);
      }
    }
    return folder;
  }

  private static void unpack(JarFile jar, List<JarEntry> libraries, Path folder)
      throws IOException {
    delete(folder); // a start was cut off, or somebody tidied up in it
    Files.createDirectory(folder, ownerOnly());
    for (JarEntry library : libraries) {
      try (InputStream content = jar.getInputStream(library)) {
        Files.copy(content, folder.resolve(fileName(library)));
      }
    }
  }

  /** Size by size: the folder is the user's alone, so only an accident can have changed it. */
  private static boolean isComplete(Path folder, List<JarEntry> libraries) throws IOException {
    for (JarEntry library : libraries) {
      Path file = folder.resolve(fileName(library));
      if (!Files.isRegularFile(file) || Files.size(file) != library.getSize()) {
        return false;
      }
    }
    return true;
  }

  /**
   * The user's cache folder, or one made for this start where there is none that only the user can
   * write to: whoever could write there could give this process other classes.
   */
  private static Path cacheFolder() throws IOException {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg != null && Path.of(xdg).isAbsolute()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home", ""), ".cache");
    Path cache = base.resolve("carillon");
    try {
      Files.createDirectories(base);
      if (!Files.isDirectory(cache)) {
        Files.createDirectory(cache, ownerOnly());
      }
      if (Files.isWritable(cache) && isOursAlone(cache)) {
        return cache;
      }
    } catch (IOException | UnsupportedOperationException e) {
      // A user without a home, a read-only system: falls through to the temporary folder.
    }
    Path temporary = Files.createTempDirectory("carillon-");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteQuietly(temporary)));
    return temporary;
  }

  private static boolean isOursAlone(Path folder) throws IOException {
    if (!hasPosixPermissions()) {
      return true; // a Windows home is its user's alone
    }
    Path mine = Files.createTempFile(folder, "owner-", "");
    try {
      return Files.getOwner(folder).equals(Files.getOwner(mine))
          && Files.getPosixFilePermissions(folder).stream().noneMatch(OTHERS_WRITE::contains);
    } finally {
      Files.delete(mine);
    }
  }

  private static FileAttribute<?>[] ownerOnly() {
    return hasPosixPermissions()
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean hasPosixPermissions() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }

  /** A name that differs as soon as one library does. */
  private static String contentName(List<JarEntry> libraries) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (JarEntry library : libraries) {
        String line = library.getName() + ' ' + library.getSize() + ' ' + library.getCrc() + '\n';
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, 32);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every JDK has it
    }
  }

  private static String fileName(JarEntry library) {
    return library.getName().substring(LIBRARIES.length());
  }

  private static URL url(Path path) throws MalformedURLException {
    return path.toUri().toURL();
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) { // a stream's way of saying it
      throw e.getCause();
    }
  }

  private static void deleteQuietly(Path folder) {
    try {
      delete(folder);
    } catch (IOException e) {
      // The process is ending; the system clears its temporary folder.
      return;
    }
  }
}
