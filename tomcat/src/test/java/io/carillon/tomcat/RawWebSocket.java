package io.carillon.tomcat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * A client that writes whatever bytes a test wants, and reads frames. It answers no ping unless it
 * is told to.
 */
final class RawWebSocket implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  /**
   * What came: a frame, or the end of the connection.
   *
   * @param opcode {@code -1} for the end
   */
  record Frame(int opcode, byte[] payload) {
    static final Frame END = new Frame(-1, new byte[0]);

    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    /** The code of a close frame; 1005 for one without. */
    int closeCode() {
      return payload.length < 2 ? 1005 : (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
    }
  }

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;

  private RawWebSocket(int port, int receiveBufferBytes) throws IOException {
    socket = new Socket();
    if (receiveBufferBytes > 0) {
      socket.setReceiveBufferSize(receiveBufferBytes);
    }
    socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.setTcpNoDelay(true);
    out = socket.getOutputStream();
    in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
  }

  /** A connection on which nothing was said yet. */
  static RawWebSocket connect(int port) throws IOException {
    return new RawWebSocket(port, 0);
  }

  /** An open WebSocket. */
  static RawWebSocket open(int port, String token) throws IOException {
    return open(port, token, 0);
  }

  /**
   * @param receiveBufferBytes small: a client that does not read is noticed soon; 0: as usual
   */
  static RawWebSocket open(int port, String token, int receiveBufferBytes) throws IOException {
    RawWebSocket opened = new RawWebSocket(port, receiveBufferBytes);
    opened.write(handshake(token, ""));
    String answer = opened.readHead();
    if (!answer.startsWith("HTTP/1.1 101 ")) {
      throw new IOException(answer);
    }
    return opened;
  }

  /**
   * @param more header lines, each with its line break
   */
  static byte[] handshake(String token, String more) {
    return ("GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
            + KEY
            + "\r\nAuthorization: Bearer "
            + token
            + "\r\n"
            + more
            + "\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  void write(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  void writeText(String text) throws IOException {
    write(ClientFrames.text(text));
  }

  /** An HTTP answer's status line and headers. */
  String readHead() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    String text;
    do {
      int next = in.read();
      if (next < 0) {
        throw new EOFException(head.toString(StandardCharsets.ISO_8859_1));
      }
      head.write(next);
      text = head.toString(StandardCharsets.ISO_8859_1);
    } while (!text.endsWith("\r\n\r\n"));
    return text;
  }

  /** Reads the body that an answer's headers announce. */
  void skipBody(String head) throws IOException {
    String name = "content-length: ";
    int at = head.toLowerCase(Locale.ROOT).indexOf(name);
    if (at < 0) {
      throw new IOException("no length: " + head);
    }
    int length = Integer.parseInt(head.substring(at + name.length(), head.indexOf('\r', at)));
    in.skipNBytes(length);
  }

  /** The next frame, or {@link Frame#END}. */
  Frame read() throws IOException {
    try {
      int first = in.readUnsignedByte();
      int length = in.readUnsignedByte();
      if ((length & 0x80) != 0) {
        throw new IOException("the server masks");
      }
      long size =
          switch (length) {
            case 126 -> in.readUnsignedShort();
            case 127 -> in.readLong();
            default -> length;
          };
      byte[] payload = new byte[Math.toIntExact(size)];
      in.readFully(payload);
      if ((first & 0xF0) != 0x80) {
        throw new IOException("the server fragments, or uses reserved bits: " + first);
      }
      return new Frame(first & 0x0F, payload);
    } catch (EOFException | SocketException e) {
      return Frame.END;
    }
  }

  /**
   * The next frame of this kind; those before it are left out, pings answered.
   *
   * @throws IOException also if there are others only, for as long as one waits for any
   */
  Frame read(int opcode) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Frame frame = read();
      if (System.nanoTime() > deadline && frame.opcode() != opcode) {
        throw new IOException("no frame with opcode " + opcode);
      }
      if (frame.opcode() == opcode || frame.opcode() < 0) {
        return frame;
      }
      if (frame.opcode() == WebSocketFrames.PING) {
        write(ClientFrames.frame(true, WebSocketFrames.PONG, frame.payload()));
      }
    }
  }

  /** The next text with this in it. */
  String readText(String part) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Frame frame = read(WebSocketFrames.TEXT);
      if (System.nanoTime() > deadline && !frame.text().contains(part)) {
        throw new IOException("no text with " + part);
      }
      if (frame.opcode() < 0) {
        throw new EOFException("before " + part);
      }
      if (frame.text().contains(part)) {
        return frame.text();
      }
    }
  }

  /** The code that the server closes with; after it the server must end the connection, too. */
  int readClose() throws IOException {
    Frame close = read(WebSocketFrames.CLOSE);
    if (close.opcode() < 0) {
      return 1006;
    }
    if (close.closeCode() == 1005) {
      write(ClientFrames.frame(true, WebSocketFrames.CLOSE, new byte[0]));
    } else {
      write(ClientFrames.close(close.closeCode(), ""));
    }
    if (read().opcode() >= 0) {
      throw new IOException("a frame after the close");
    }
    return close.closeCode();
  }

  /** Goes without a word, as a machine that loses its power would not even do. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
