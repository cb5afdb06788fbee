package io.carillon.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The token secret of demo mode: made once at random and kept, so that logins outlive a restart.
 */
final class DemoSecret {
  private static final String FILE_NAME = "demo-token-secret";
  private static final int RANDOM_BYTES = 48;

  private DemoSecret() {}

  /** The folder's secret, made now if there is none. Two processes at once agree on one. */
  static String in(Path folder) throws IOException {
    Path file = folder.resolve(FILE_NAME);
    if (!Files.exists(file)) {
      Files.createDirectories(folder);
      try {
        write(folder, file, random());
      } catch (FileAlreadyExistsException e) {
        // Another process was faster: its secret counts.
        return read(file);
      }
    }
    return read(file);
  }

  private static void write(Path folder, Path file, String secret) throws IOException {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    // Complete before it has its name, so that nobody reads half of it; a link never replaces.
    Path draft = Files.createTempFile(folder, FILE_NAME, ".new", ownerOnly);
    try {
      Files.writeString(draft, secret, StandardOpenOption.WRITE);
      Files.createLink(file, draft);
    } catch (UnsupportedOperationException e) {
      Files.copy(draft, file); // a file system without links: fails as well if the file is there
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8).strip();
  }

  private static String random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
