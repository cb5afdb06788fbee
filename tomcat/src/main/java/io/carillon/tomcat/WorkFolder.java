package io.carillon.tomcat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A temporary folder of one running server. A lock says that it is in use, and ends with the
 * process however that ends: so each start removes what servers that were killed have left. Any
 * thread.
 */
final class WorkFolder implements AutoCloseable {
  private static final String PREFIX = "carillon-tomcat-";
  private static final String LOCK = "in-use";

  /** Younger ones may be just about to be locked. */
  private static final Duration SPARED = Duration.ofMinutes(1);

  private final Path path;
  private final FileChannel channel;

  private WorkFolder(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Makes one in the system's folder for temporary files. */
  static WorkFolder make() throws IOException {
    return make(Path.of(System.getProperty("java.io.tmpdir")));
  }

  static WorkFolder make(Path parent) throws IOException {
    removeAbandoned(parent, Instant.now().minus(SPARED));
    Path path = Files.createTempDirectory(parent, PREFIX);
    FileChannel channel =
        FileChannel.open(
            path.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    channel.lock();
    return new WorkFolder(path, channel);
  }

  Path path() {
    return path;
  }

  /** Removes it. */
  @Override
  public void close() throws IOException {
    channel.close();
    delete(path);
  }

  /** What cannot be removed, for instance another user's, stays. */
  static void removeAbandoned(Path parent, Instant before) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + '*')) {
      for (Path folder : folders) {
        try {
          if (Files.getLastModifiedTime(folder).toInstant().isBefore(before)
              && isAbandoned(folder.resolve(LOCK))) {
            delete(folder);
          }
        } catch (IOException e) {
          continue; // another start was faster, or it is not ours
        }
      }
    }
  }

  private static boolean isAbandoned(Path lock) throws IOException {
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock taken = channel.tryLock()) {
      return taken != null;
    } catch (OverlappingFileLockException e) {
      return false; // by a server of this very process
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) { // a stream's way of saying it
      throw e.getCause();
    }
  }
}
