package io.carillon.transport;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The system's TCP connections (Linux, {@code /proc/net/tcp} and {@code tcp6}), as far as they hold
 * data that the other end has not acknowledged in spite of {@value #MIN_RETRANSMITS} repetitions: 6
 * seconds or more, since each waits twice as long as the one before. A client that only reads
 * slowly acknowledges and is not among them. Elsewhere than on Linux, nothing is.
 *
 * <p>The table of 10,000 connections takes some 10 ms to read, so one reading serves for 10
 * seconds, and none is made while nobody asks: with heartbeats each 25 seconds, the second one
 * after a client has vanished finds it, within the minute. Never fails. Any thread.
 */
final class TcpTable {
  static final TcpTable OF_THIS_SYSTEM =
      new TcpTable(List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6")), System::nanoTime);

  private static final int MIN_RETRANSMITS = 5;
  private static final Duration FRESH = Duration.ofSeconds(10);
  private static final byte[] MAPPED_PREFIX = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  // Columns of a line: number, local address, remote address, state, queues, timer, retransmits.
  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int RETRANSMITS = 6;

  private final List<Path> files;
  private final LongSupplier nanos;

  // Guarded by this.
  private Set<String> lost = Set.of();
  private long readNanos;
  private boolean read;

  TcpTable(List<Path> files, LongSupplier nanos) {
    this.files = files;
    this.nanos = nanos;
  }

  /**
   * How a connection is named here: by its other end and our port. Our address, which a container
   * may not tell, is left out; two that differ only in that are taken for one.
   *
   * @param address of the other end, 4 or 16 bytes
   */
  static String key(byte[] address, int remotePort, int localPort) {
    boolean mapped =
        address.length == 16
            && Arrays.equals(address, 0, MAPPED_PREFIX.length, MAPPED_PREFIX, 0, 12);
    byte[] plain = mapped ? Arrays.copyOfRange(address, 12, 16) : address;
    return HexFormat.of().formatHex(plain) + ':' + remotePort + '>' + localPort;
  }

  /**
   * Whether a connection was among those, at most 10 seconds ago.
   *
   * @param key as {@link #key} makes it
   */
  synchronized boolean isLost(String key) {
    long now = nanos.getAsLong();
    if (!read || now - readNanos > FRESH.toNanos()) {
      lost = read();
      read = true;
      readNanos = now;
    }
    return lost.contains(key);
  }

  private Set<String> read() {
    Set<String> found = new HashSet<>();
    for (Path file : files) {
      try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
        lines.readLine(); // the columns' names
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          readLine(line, found);
        }
      } catch (IOException | RuntimeException e) {
        continue; // not there, or not as it is known: then nobody is lost
      }
    }
    return found;
  }

  private static void readLine(String line, Set<String> found) {
    String[] columns = line.strip().split("\\s+", RETRANSMITS + 2);
    if (columns.length > RETRANSMITS
        && Integer.parseInt(columns[RETRANSMITS], 16) >= MIN_RETRANSMITS) {
      found.add(key(address(columns[REMOTE]), port(columns[REMOTE]), port(columns[LOCAL])));
    }
  }

  /** Words of four bytes, each in the order of the machine. */
  private static byte[] address(String column) {
    byte[] bytes = HexFormat.of().parseHex(column, 0, column.indexOf(':'));
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      for (int word = 0; word < bytes.length; word += 4) {
        swap(bytes, word, word + 3);
        swap(bytes, word + 1, word + 2);
      }
    }
    return bytes;
  }

  private static void swap(byte[] bytes, int one, int other) {
    byte kept = bytes[one];
    bytes[one] = bytes[other];
    bytes[other] = kept;
  }

  private static int port(String column) {
    return Integer.parseInt(column.substring(column.indexOf(':') + 1), 16);
  }
}
