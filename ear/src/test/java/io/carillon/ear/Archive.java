package io.carillon.ear;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** A jar, WAR or EAR that is put together in memory. One thread. */
final class Archive {
  private final Map<String, byte[]> files = new LinkedHashMap<>();

  /** One that exists already, to be changed. */
  static Archive of(byte[] bytes) {
    Archive archive = new Archive();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (!entry.isDirectory()) {
          archive.files.put(entry.getName(), zip.readAllBytes());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return archive;
  }

  static Archive of(Path file) {
    return of(read(file));
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is in a file of it. */
  byte[] file(String name) {
    byte[] bytes = files.get(name);
    if (bytes == null) {
      throw new IllegalArgumentException("no " + name + " among " + files.keySet());
    }
    return bytes;
  }

  Archive put(String name, byte[] bytes) {
    files.put(name, bytes);
    return this;
  }

  Archive put(String name, Archive archive) {
    return put(name, archive.bytes());
  }

  /** Puts a file below a folder of it, by its own name. */
  Archive putInto(String folder, Path file) {
    return put(folder + file.getFileName(), read(file));
  }

  /** Puts all files below a folder in. */
  Archive putAll(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> found = all.filter(Files::isRegularFile).sorted().toList();
      found.forEach(
          path ->
              put(
                  folder
                      .relativize(path)
                      .toString()
                      .replace(path.getFileSystem().getSeparator(), "/"),
                  read(path)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /**
   * Puts the classes of a package in, without those below it.
   *
   * @param folder of the archive where classes belong, with a slash at its end; empty for the root
   * @param one of the classes, which says where they are
   */
  Archive putPackage(String folder, Class<?> one) {
    String packagePath = one.getPackageName().replace('.', '/') + '/';
    Path root = Path.of(one.getProtectionDomain().getCodeSource().getLocation().getPath());
    try (Stream<Path> classes = Files.list(root.resolve(packagePath))) {
      classes
          .filter(path -> path.toString().endsWith(".class"))
          .sorted()
          .forEach(path -> putInto(folder + packagePath, path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setLevel(1);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Writes it to a file. */
  Path writeTo(Path file) throws IOException {
    return Files.write(file, bytes());
  }
}
