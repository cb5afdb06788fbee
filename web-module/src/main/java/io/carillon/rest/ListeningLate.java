package io.carillon.rest;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;

/**
 * Begins an upgraded connection by another handler, and lets the container tell that one of bytes
 * only when it has begun. Made by the container, which calls it on one thread at a time.
 */
public final class ListeningLate implements HttpUpgradeHandler {
  private HttpUpgradeHandler handler;

  void delegateTo(HttpUpgradeHandler newHandler) {
    handler = newHandler;
  }

  @Override
  public void init(WebConnection connection) {
    LateConnection late;
    try {
      late = new LateConnection(connection);
    } catch (IOException e) {
      throw new IllegalStateException("the connection has no input", e);
    }
    handler.init(late);
    late.input.begin();
  }

  @Override
  public void destroy() {
    handler.destroy();
  }

  private static final class LateConnection implements WebConnection {
    private final WebConnection connection;
    private final LateInput input;

    LateConnection(WebConnection connection) throws IOException {
      this.connection = connection;
      this.input = new LateInput(connection.getInputStream());
    }

    @Override
    public ServletInputStream getInputStream() {
      return input;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
      return connection.getOutputStream();
    }

    @Override
    public void close() throws Exception {
      connection.close();
    }
  }

  private static final class LateInput extends ServletInputStream {
    private final ServletInputStream input;
    private ReadListener listener; // null for none, and once the container has it
    private boolean begun;

    LateInput(ServletInputStream input) {
      this.input = input;
    }

    void begin() {
      begun = true;
      ReadListener first = listener;
      listener = null;
      if (first != null) {
        input.setReadListener(first);
      }
    }

    @Override
    public void setReadListener(ReadListener newListener) {
      if (begun) {
        input.setReadListener(newListener);
      } else {
        listener = newListener;
      }
    }

    @Override
    public boolean isFinished() {
      return input.isFinished();
    }

    @Override
    public boolean isReady() {
      return input.isReady();
    }

    @Override
    public int read() throws IOException {
      return input.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return input.read(bytes, offset, length);
    }

    @Override
    public int available() throws IOException {
      return input.available();
    }

    @Override
    public void close() throws IOException {
      input.close();
    }
  }
}
