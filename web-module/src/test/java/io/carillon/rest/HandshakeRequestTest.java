package io.carillon.rest;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.glassfish.tyrus.test.ListeningFirst;
import org.junit.jupiter.api.Test;

class HandshakeRequestTest {
  private final AtomicReference<HttpUpgradeHandler> upgraded = new AtomicReference<>();

  private final HandshakeRequest request =
      new HandshakeRequest(
          (HttpServletRequest)
              Proxy.newProxyInstance(
                  HttpServletRequest.class.getClassLoader(),
                  new Class<?>[] {HttpServletRequest.class},
                  (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("upgrade");
                    upgraded.set(
                        (HttpUpgradeHandler)
                            ((Class<?>) arguments[0]).getDeclaredConstructor().newInstance());
                    return upgraded.get();
                  }));

  /** A container's input that has bytes already, and says so from within setReadListener(). */
  private static final class Asking extends ServletInputStream {
    private final List<ReadListener> listeners = new ArrayList<>();

    @Override
    public void setReadListener(ReadListener listener) {
      listeners.add(listener);
      try {
        listener.onDataAvailable();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public boolean isFinished() {
      return false;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public int read() {
      return 'x';
    }
  }

  private static WebConnection connection(ServletInputStream input) {
    return (WebConnection)
        Proxy.newProxyInstance(
            WebConnection.class.getClassLoader(),
            new Class<?>[] {WebConnection.class},
            (proxy, method, arguments) -> input);
  }

  /** Any other container's own handler. */
  public static final class Other implements HttpUpgradeHandler {
    @Override
    public void init(WebConnection connection) {}

    @Override
    public void destroy() {}
  }

  @Test
  void tellsOfBytesOnlyWhenTheHandlerHasItsConnection() throws IOException, ServletException {
    Asking input = new Asking();
    ListeningFirst handler = request.upgrade(ListeningFirst.class);

    upgraded.get().init(connection(input));

    assertThat(handler.heard()).containsExactly("connected", "x");
    assertThat(input.listeners).containsExactly(handler);
    upgraded.get().destroy();
    assertThat(handler.heard()).endsWith("destroyed");
  }

  @Test
  void leavesOtherHandlersToTheContainer() throws IOException, ServletException {
    assertThat(request.upgrade(Other.class)).isSameAs(upgraded.get());
  }
}
