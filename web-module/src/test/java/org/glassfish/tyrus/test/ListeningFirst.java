package org.glassfish.tyrus.test;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** In the order of Tyrus's own: it listens for bytes, and connects only then. */
public final class ListeningFirst implements HttpUpgradeHandler, ReadListener {
  private final List<String> heard = new ArrayList<>();
  private ServletInputStream input;

  public List<String> heard() {
    return heard;
  }

  @Override
  public void init(WebConnection connection) {
    try {
      input = connection.getInputStream();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    input.setReadListener(this);
    heard.add("connected");
  }

  @Override
  public void onDataAvailable() throws IOException {
    heard.add(Character.toString(input.read()));
  }

  @Override
  public void onAllDataRead() {}

  @Override
  public void onError(Throwable failure) {}

  @Override
  public void destroy() {
    heard.add("destroyed");
  }
}
