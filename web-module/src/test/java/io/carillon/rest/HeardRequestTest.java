package io.carillon.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HeardRequestTest {
  private final AtomicInteger ends = new AtomicInteger();
  private final AtomicReference<AsyncListener> listener = new AtomicReference<>();
  private boolean clientHasLeft;

  private final AsyncContext context =
      fake(
          AsyncContext.class,
          (proxy, method, arguments) -> {
            switch (method.getName()) {
              case "addListener" -> listener.set((AsyncListener) arguments[0]);
              case "complete" -> {
                if (clientHasLeft) {
                  throw new IllegalStateException("not suspended");
                }
              }
              default -> throw new UnsupportedOperationException(method.getName());
            }
            return null;
          });

  private final HeardRequest request =
      new HeardRequest(
          fake(HttpServletRequest.class, (proxy, method, arguments) -> context),
          ends::incrementAndGet);

  private static <T> T fake(Class<T> type, InvocationHandler calls) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, calls));
  }

  @Test
  void endsWithTheChainWhereTheAnswerIsMadeThere() {
    request.served();

    assertThat(ends).hasValue(1);
  }

  @Test
  void endsOnceWhenTheContainerTells() throws IOException {
    AsyncContext later = request.startAsync();
    request.served();
    assertThat(ends).hasValue(0);

    later.complete();
    listener.get().onComplete(new AsyncEvent(context, null, null));

    assertThat(ends).hasValue(1);
  }

  @Test
  void doesNotCompleteOnceMoreWhenTheContainerHasSaidSo() throws IOException {
    AsyncContext later = request.startAsync();
    listener.get().onComplete(new AsyncEvent(context, null, null));
    clientHasLeft = true; // as Tomcat, which refuses from then on

    later.complete();

    assertThat(ends).hasValue(1);
  }

  @Test
  void endsWhenCompletedThoughTheContainerTellsNobody() {
    request.startAsync();
    request.served();

    request.getAsyncContext().complete();

    assertThat(ends).hasValue(1);
  }

  @Test
  void endsWhenTheContainerRefusesToComplete() {
    AsyncContext later = request.startAsync();
    request.served();
    clientHasLeft = true;

    assertThatThrownBy(later::complete).isInstanceOf(IllegalStateException.class);

    assertThat(ends).hasValue(1);
  }
}
