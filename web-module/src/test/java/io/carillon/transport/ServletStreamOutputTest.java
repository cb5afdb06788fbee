package io.carillon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.carillon.hub.EncodedFrame;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ServletStreamOutputTest {
  private static final int BUFFER = 2_048;

  private Container container = new Container();
  private final AtomicInteger writable = new AtomicInteger();
  private final AtomicInteger ends = new AtomicInteger();

  /**
   * A container as strict as they are: it takes a write or a flush only after {@code isReady()} has
   * said so, and gives its response to somebody else as soon as the answer is over.
   */
  private static final class Container extends ServletOutputStream {
    final Map<String, String> headers = new HashMap<>();
    final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    final List<Integer> writes = new ArrayList<>();
    int status;
    long timeout = -1;
    int flushes;
    int completions;
    Runnable cut;
    boolean refusesStream;
    boolean asksAtOnce;
    boolean broken;
    Runnable beforeTaking = () -> {};
    volatile boolean recycled;
    private int room = Integer.MAX_VALUE;
    private boolean ready;
    private WriteListener writer;

    private final HttpServletRequest request =
        fake(
            HttpServletRequest.class,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getRemoteAddr" -> "192.0.2.1";
                  case "getRemotePort", "getLocalPort" -> 1;
                  case "getAttribute" ->
                      arguments[0].equals(ServletStreamOutput.CUT_ATTRIBUTE) ? cut : null;
                  default -> throw new UnsupportedOperationException(method.getName());
                });

    private final HttpServletResponse response =
        fake(
            HttpServletResponse.class,
            (proxy, method, arguments) -> {
              touched();
              switch (method.getName()) {
                case "setStatus" -> status = (int) arguments[0];
                case "setHeader" -> headers.put((String) arguments[0], (String) arguments[1]);
                case "getBufferSize" -> {
                  return BUFFER;
                }
                case "getOutputStream" -> {
                  if (refusesStream) {
                    throw new IllegalStateException("the answer is over");
                  }
                  return this;
                }
                default -> throw new UnsupportedOperationException(method.getName());
              }
              return null;
            });

    final AsyncContext context =
        fake(
            AsyncContext.class,
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "getRequest" -> {
                  return request;
                }
                case "getResponse" -> {
                  touched();
                  return response;
                }
                case "setTimeout" -> timeout = (long) arguments[0];
                case "addListener" -> {}
                case "complete" -> {
                  touched();
                  completions++;
                  recycled = true;
                }
                default -> throw new UnsupportedOperationException(method.getName());
              }
              return null;
            });

    private static <T> T fake(Class<T> type, InvocationHandler calls) {
      return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, calls));
    }

    private void touched() {
      if (recycled) {
        throw new AssertionError("touched what belongs to another request");
      }
    }

    void takeNothing() {
      room = 0;
    }

    /** Takes so many bytes, and one write more. */
    void takeMore(int count) throws IOException {
      room = count;
      writer.onWritePossible();
    }

    /** Asks for the first bytes. */
    void ask() throws IOException {
      writer.onWritePossible();
    }

    String text() {
      return taken.toString(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isReady() {
      touched();
      ready = room > 0;
      return ready;
    }

    @Override
    public void setWriteListener(WriteListener newWriter) {
      touched();
      writer = newWriter;
      if (asksAtOnce) {
        try {
          writer.onWritePossible();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    @Override
    public void write(int b) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      use();
      if (length > BUFFER) {
        throw new AssertionError("more than the container's buffer holds: " + length);
      }
      beforeTaking.run();
      taken.write(bytes, from, length);
      writes.add(length);
      room = Math.max(0, room - length);
    }

    @Override
    public void flush() throws IOException {
      use();
      flushes++;
    }

    private void use() throws IOException {
      touched();
      if (!ready) {
        throw new IllegalStateException("isReady() has not said so");
      }
      ready = false;
      if (broken) {
        throw new IOException("broken pipe");
      }
    }
  }

  private ServletStreamOutput output() {
    ServletStreamOutput output = new ServletStreamOutput(container.context);
    output.listen(
        new StreamOutput.Listener() {
          @Override
          public void writePossible() {
            writable.incrementAndGet();
          }

          @Override
          public void ended() {
            ends.incrementAndGet();
          }
        });
    return output;
  }

  private ServletStreamOutput opened() throws IOException {
    ServletStreamOutput output = output();
    assertThat(output.begin(200, Map.of("Content-Type", "text/event-stream"))).isTrue();
    container.ask();
    return output;
  }

  private static EncodedFrame[] frames(String... texts) {
    EncodedFrame[] frames = new EncodedFrame[texts.length];
    for (int i = 0; i < texts.length; i++) {
      frames[i] = EncodedFrame.data(texts[i]);
    }
    return frames;
  }

  private AsyncEvent event() {
    return new AsyncEvent(container.context, container.request, container.response);
  }

  // ---- beginning

  @Test
  void setsTheHeadAndNoTimeOfTheContainers() throws IOException {
    opened();

    assertThat(container.status).isEqualTo(200);
    assertThat(container.headers).containsEntry("Content-Type", "text/event-stream");
    assertThat(container.timeout).isZero();
    assertThat(writable).hasValue(1);
  }

  @Test
  void takesNothingBeforeTheContainerAsks() throws IOException {
    ServletStreamOutput output = output();
    assertThat(output.write(frames("early"), 0, 1, 0)).isZero();
    output.begin(200, Map.of());
    assertThat(output.write(frames("early"), 0, 1, 0)).isZero();
    assertThat(writable).hasValue(0);

    container.ask();

    assertThat(writable).hasValue(1);
    assertThat(output.write(frames("now"), 0, 1, 0)).isEqualTo(3);
    assertThat(container.text()).isEqualTo("now");
  }

  @Test
  @Timeout(20)
  void letsOthersWriteWhileTheListenerHearsOfAContainerThatAsksAtOnce() {
    container.asksAtOnce = true;
    ServletStreamOutput output = new ServletStreamOutput(container.context);
    output.listen(
        new StreamOutput.Listener() {
          @Override
          public void writePossible() {
            // As a queue does, whose lock another thread may hold while it writes.
            CompletableFuture.runAsync(() -> writeBoth(output, "from ", "another thread"))
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
            writable.incrementAndGet();
          }

          @Override
          public void ended() {
            ends.incrementAndGet();
          }
        });

    assertThat(output.begin(200, Map.of())).isTrue();

    assertThat(container.text()).isEqualTo("from another thread");
    assertThat(writable).hasValue(1);
    assertThat(ends).hasValue(0);
  }

  @Test
  void endsWhereTheContainerGivesNoStream() {
    container.refusesStream = true;
    ServletStreamOutput output = output();

    assertThat(output.begin(200, Map.of())).isFalse();

    assertThat(ends).hasValue(1);
    assertThat(container.completions).isEqualTo(1);
  }

  @Test
  void givesTheAnswerBackOnlyBeforeItBegan() throws IOException {
    ServletStreamOutput output = output();
    assertThat(output.release()).isTrue();
    assertThat(output.begin(200, Map.of())).isFalse();
    assertThat(container.completions).isZero();
    assertThat(ends).hasValue(1);

    assertThat(opened().release()).isFalse();
    assertThat(ends).hasValue(1);
  }

  // ---- writing

  @Test
  void sendsWhatComesTogetherAsOneWriteAndOneFlush() throws IOException {
    ServletStreamOutput output = opened();

    assertThat(output.write(frames("skipped", "one,", "two,", "three"), 1, 4, 0)).isEqualTo(13);

    assertThat(container.text()).isEqualTo("one,two,three");
    assertThat(container.writes).containsExactly(13);
    assertThat(container.flushes).isEqualTo(1);
  }

  @Test
  void joinsForAnotherClientWhileTheContainerIsStillTaking() throws IOException {
    Container first = container;
    ServletStreamOutput output = opened();
    container = new Container();
    ServletStreamOutput other = opened();
    first.beforeTaking =
        () ->
            CompletableFuture.runAsync(() -> writeBoth(other, "another's ", "events"))
                .orTimeout(10, TimeUnit.SECONDS)
                .join();

    writeBoth(output, "mine, ", "and mine too");

    assertThat(first.text()).isEqualTo("mine, and mine too");
    assertThat(container.text()).isEqualTo("another's events");
  }

  private static void writeBoth(ServletStreamOutput output, String one, String two) {
    try {
      output.write(frames(one, two), 0, 2, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void goesOnWhereItStopped() throws IOException {
    ServletStreamOutput output = opened();

    assertThat(output.write(frames("one,", "two"), 0, 2, 2)).isEqualTo(5);

    assertThat(container.text()).isEqualTo("e,two");
  }

  @Test
  void dividesWhatIsMoreThanTheContainersBuffer() throws IOException {
    ServletStreamOutput output = opened();
    String large = "0123456789".repeat(1_000);

    assertThat(output.write(frames("first", large, "last"), 0, 3, 0)).isEqualTo(10_009);

    assertThat(container.text()).isEqualTo("first" + large + "last");
    assertThat(container.writes).hasSize(5);
    assertThat(container.flushes).isEqualTo(5);
  }

  @Test
  void holdsAtMostOnePieceForAClientThatTakesNothing() throws IOException {
    ServletStreamOutput output = opened();
    EncodedFrame[] large = frames("x".repeat(10_000));
    container.room = 1;

    assertThat(output.write(large, 0, 1, 0)).isEqualTo(BUFFER);
    assertThat(output.write(large, 0, 1, BUFFER)).isZero();
    assertThat(container.flushes).isZero(); // owed: to flush is as little allowed as to write

    container.takeMore(1);

    assertThat(container.flushes).isEqualTo(1);
    assertThat(writable).hasValue(2);
    assertThat(output.write(large, 0, 1, BUFFER)).isEqualTo(BUFFER);
  }

  @Test
  void failsWhereTheConnectionIsLost() throws IOException {
    ServletStreamOutput output = opened();
    container.broken = true;

    assertThatThrownBy(() -> output.write(frames("x"), 0, 1, 0)).isInstanceOf(IOException.class);
  }

  // ---- ends

  @Test
  void endsInOrderWhenEverythingIsOut() throws IOException {
    ServletStreamOutput output = opened();
    output.write(frames("all"), 0, 1, 0);

    assertThat(output.complete()).isTrue();

    assertThat(container.completions).isEqualTo(1);
    assertThat(container.flushes).isEqualTo(1);
    assertThat(ends).hasValue(1);
  }

  @Test
  void waitsForTheClientWithTheEnd() throws IOException {
    ServletStreamOutput output = opened();
    container.room = 1;
    output.write(frames("all"), 0, 1, 0);

    assertThat(output.complete()).isFalse();
    assertThat(output.complete()).isFalse();
    assertThatThrownBy(() -> output.write(frames("more"), 0, 1, 0)).isInstanceOf(IOException.class);
    assertThat(container.completions).isZero();
    assertThat(ends).hasValue(0);

    container.takeMore(Integer.MAX_VALUE);

    assertThat(container.completions).isEqualTo(1);
    assertThat(container.flushes).isEqualTo(1);
    assertThat(ends).hasValue(1);
  }

  @Test
  void endsWithoutABodyWhereItIsCompletedBeforeTheContainerAsks() throws IOException {
    ServletStreamOutput output = output();
    output.begin(200, Map.of());
    assertThat(output.complete()).isFalse();

    container.ask();

    assertThat(container.completions).isEqualTo(1);
    assertThat(ends).hasValue(1);
  }

  @Test
  void neverTouchesTheResponseAfterTheEndHoweverThatComes() throws IOException {
    List<Consumer<ServletStreamOutput>> ways =
        List.of(
            ServletStreamOutput::complete,
            ServletStreamOutput::abort,
            output -> output.onComplete(event()),
            output -> output.onError(event()),
            output -> output.onTimeout(event()),
            output -> output.onError(new IOException("broken pipe")));
    for (Consumer<ServletStreamOutput> way : ways) {
      container.recycled = false;
      ends.set(0);
      ServletStreamOutput output = opened();
      way.accept(output);
      container.recycled = true;

      assertThatThrownBy(() -> output.write(frames("late"), 0, 1, 0))
          .isInstanceOf(IOException.class);
      assertThat(output.complete()).isTrue();
      output.abort();
      assertThat(output.release()).isFalse();
      assertThat(output.begin(200, Map.of())).isFalse();
      output.onWritePossible();
      output.onComplete(event());
      output.onError(new IOException("again"));

      assertThat(ends).as("told once").hasValue(1);
    }
    assertThat(container.text()).isEmpty();
  }

  @Test
  void leavesNoErrorPageToTheContainer() throws IOException {
    opened().onError(event());
    assertThat(container.completions).isEqualTo(1);

    container.recycled = false;
    opened().onTimeout(event());
    assertThat(container.completions).isEqualTo(2);
  }

  @Test
  void endsAnAbortedAnswerInOrderWhereNothingCutsItsConnection() throws IOException {
    opened().abort();

    assertThat(container.completions).isEqualTo(1);
    assertThat(ends).hasValue(1);
  }

  @Test
  void cutsTheConnectionOnceAndLeavesTheRestToTheContainer() throws IOException {
    AtomicInteger cuts = new AtomicInteger();
    container.cut = cuts::incrementAndGet;
    ServletStreamOutput output = opened();
    container.takeNothing();

    output.abort();
    output.abort();

    assertThat(cuts).hasValue(1);
    assertThat(container.completions).isZero(); // would wait for the client in some containers
    assertThat(ends).hasValue(1);

    container.recycled = true;
    container.cut = cuts::incrementAndGet;
    output.onError(new IOException("cut"));
    assertThat(ends).hasValue(1);
  }

  @Test
  void cutsNothingThatIsOver() throws IOException {
    AtomicInteger cuts = new AtomicInteger();
    container.cut = cuts::incrementAndGet;
    ServletStreamOutput output = opened();
    output.onComplete(event());

    output.abort();

    assertThat(cuts).hasValue(0);
  }

  @Test
  void letsTheContainerReuseTheConnectionOnlyWhenItIsCut() throws Exception {
    ServletStreamOutput[] output = new ServletStreamOutput[1];
    List<Thread> reusers = new ArrayList<>();
    container.cut =
        () -> {
          // At this moment the container notices the end by itself; when it has told of that, the
          // connection may serve another request, which must not be the one that is cut.
          Thread container = new Thread(() -> output[0].onComplete(event()));
          reusers.add(container);
          container.start();
          await().until(() -> container.getState() == Thread.State.BLOCKED);
        };
    output[0] = opened();

    output[0].abort();

    reusers.get(0).join(10_000);
    assertThat(reusers.get(0).isAlive()).isFalse();
    assertThat(ends).hasValue(1);
  }

  @Test
  void writesToNobodyElseWhileItEnds() throws Exception {
    int rounds = 2_000;
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < rounds; i++) {
        container.recycled = false;
        ends.set(0);
        ServletStreamOutput output = opened();
        CyclicBarrier together = new CyclicBarrier(2);
        Future<?> writing =
            threads.submit(
                () -> {
                  meet(together);
                  for (int n = 0; n < 20; n++) {
                    try {
                      output.write(frames("x"), 0, 1, 0);
                    } catch (IOException e) {
                      return; // over
                    }
                  }
                });
        Future<?> ending =
            threads.submit(
                () -> {
                  meet(together);
                  output.onComplete(event());
                  container.recycled = true; // from now on it is another request's
                });

        writing.get(10, TimeUnit.SECONDS); // an AssertionError where it touched that
        ending.get(10, TimeUnit.SECONDS);
        assertThat(ends).hasValue(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }
}
