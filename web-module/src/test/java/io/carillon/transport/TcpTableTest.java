package io.carillon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TcpTableTest {
  private static final String HEAD =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n";

  @TempDir Path folder;

  private long nanos;
  private Path file;
  private TcpTable table;

  @BeforeEach
  void littleEndianAsTheLinesHere() {
    Assumptions.assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN);
    file = folder.resolve("tcp");
    table = new TcpTable(List.of(file, folder.resolve("missing")), () -> nanos);
  }

  @Test
  void findsWhoDoesNotAcknowledge() throws IOException {
    write(line("010712C6:AEBD", "020712C6:85A8", "00000005"));

    assertThat(table.isLost(key("198.18.7.2", 0x85A8, 0xAEBD))).isTrue();
    assertThat(table.isLost(key("198.18.7.2", 0x85A9, 0xAEBD))).isFalse();
    assertThat(table.isLost(key("198.18.7.3", 0x85A8, 0xAEBD))).isFalse();
  }

  @Test
  void waitsForSeveralRepetitions() throws IOException {
    write(line("010712C6:AEBD", "020712C6:85A8", "00000004"));

    assertThat(table.isLost(key("198.18.7.2", 0x85A8, 0xAEBD))).isFalse();
  }

  @Test
  void knowsBothFormsOfAnAddress() throws IOException {
    write(
        line(
            "0000000000000000FFFF0000010712C6:1F90",
            "0000000000000000FFFF0000020712C6:85A8",
            "00000009"),
        line(
            "B80D0120000000000000000001000000:1F90",
            "B80D0120000000000000000002000000:0050",
            "0000000A"));

    assertThat(table.isLost(key("198.18.7.2", 0x85A8, 0x1F90))).isTrue();
    assertThat(table.isLost(key("::ffff:198.18.7.2", 0x85A8, 0x1F90))).isTrue();
    assertThat(table.isLost(key("2001:db8::2", 0x50, 0x1F90))).isTrue();
  }

  @Test
  void readsAnewAfterAWhile() throws IOException {
    String key = key("198.18.7.2", 0x85A8, 0xAEBD);
    write();
    assertThat(table.isLost(key)).isFalse();
    write(line("010712C6:AEBD", "020712C6:85A8", "00000005"));
    assertThat(table.isLost(key)).isFalse();
    nanos += Duration.ofSeconds(9).toNanos();
    assertThat(table.isLost(key)).isFalse();
    nanos += Duration.ofSeconds(2).toNanos();
    assertThat(table.isLost(key)).isTrue();
  }

  @Test
  void findsNobodyInWhatItDoesNotKnow() throws IOException {
    Files.writeString(file, HEAD + "something else altogether, in more than seven words\n");

    assertThat(table.isLost(key("198.18.7.2", 0x85A8, 0xAEBD))).isFalse();
  }

  @Test
  void looksUpNoName() {
    assertThat(TcpPeer.of("client.example.org", 1, 2).isLost()).isFalse();
    assertThat(TcpPeer.of(null, 1, 2).isLost()).isFalse();
    assertThat(TcpPeer.of("cafe", 1, 2).isLost()).isFalse();
    assertThat(TcpPeer.of("256.1.1.1", 1, 2).isLost()).isFalse();
    assertThat(TcpPeer.of("1.1.1", 1, 2).isLost()).isFalse();
    assertThat(TcpPeer.of("127.0.0.1", 1, 2).isLost()).isFalse();
    assertThat(TcpPeer.of("fe80::1%eth0", 1, 2).isLost()).isFalse();
  }

  private void write(String... lines) throws IOException {
    Files.writeString(file, HEAD + String.join("", lines));
  }

  private static String line(String local, String remote, String retransmits) {
    return "  2: "
        + local
        + ' '
        + remote
        + " 01 00000002:00000000 01:0000000A "
        + retransmits
        + "     0        0 16819470 2 00000000b52813b8 163 0 0 1 -1\n";
  }

  private static String key(String address, int remotePort, int localPort) throws IOException {
    return TcpTable.key(InetAddress.getByName(address).getAddress(), remotePort, localPort);
  }
}
