package io.carillon.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.error.ErrorCode;
import io.carillon.hub.OutboundQueue.Offer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class OutboundQueueTest {
  /** Takes as many frames as it is allowed to, and remembers them. */
  private static class Transport implements FrameWriter {
    final List<EncodedFrame> taken = new ArrayList<>();
    final List<Integer> writes = new ArrayList<>();
    final List<ErrorCode> aborted = new ArrayList<>();
    int allowed = Integer.MAX_VALUE;
    boolean broken;

    @Override
    public int write(EncodedFrame[] frames, int count) throws IOException {
      if (broken) {
        throw new IOException("connection reset");
      }
      int taking = Math.min(count, allowed);
      for (int i = 0; i < taking; i++) {
        taken.add(frames[i]);
      }
      allowed -= taking;
      writes.add(taking);
      return taking;
    }

    @Override
    public void aborted(ErrorCode reason) {
      aborted.add(reason);
    }

    List<String> texts() {
      return taken.stream().map(EncodedFrame::text).toList();
    }
  }

  private static final int OVERHEAD = EncodedFrame.data("").sizeBytes();

  private final Transport transport = new Transport();

  private static EncodedFrame frame(String text) {
    return EncodedFrame.data(text);
  }

  private static EncodedFrame frameOfBytes(int sizeBytes) {
    return EncodedFrame.data("x".repeat(sizeBytes - OVERHEAD));
  }

  @Test
  void writesFramesOfferedTogetherInOneWrite() {
    OutboundQueue queue = new OutboundQueue(transport, 10_000);
    assertThat(queue.offer(frame("a"))).isEqualTo(Offer.FLUSH_DUE);
    assertThat(queue.offer(frame("b"))).isEqualTo(Offer.ACCEPTED);
    queue.flush();
    assertThat(transport.texts()).containsExactly("a", "b");
    assertThat(transport.writes).containsExactly(2);
    assertThat(queue.queuedBytes()).isZero();
  }

  @Test
  void putsWritesOffUntilAPieceOfWorkIsDone() {
    OutboundQueue queue = new OutboundQueue(transport, 10_000);
    JoinedWrites.during(
        () -> {
          queue.send(frame("a"));
          queue.send(frame("b"));
          assertThat(transport.taken).isEmpty();
        });
    assertThat(transport.texts()).containsExactly("a", "b");
    assertThat(transport.writes).containsExactly(2);
    queue.send(frame("c"));
    assertThat(transport.texts()).hasSize(3);
  }

  @Test
  void mayFlushAnotherQueueFromWithinAWrite() {
    OutboundQueue second = new OutboundQueue(transport, 10_000);
    Transport nesting =
        new Transport() {
          @Override
          public int write(EncodedFrame[] frames, int count) throws IOException {
            second.send(frame("for the second"));
            return super.write(frames, count);
          }
        };
    OutboundQueue first = new OutboundQueue(nesting, 10_000);

    first.send(frame("for the first"));
    first.send(frame("once more"));

    assertThat(nesting.texts()).containsExactly("for the first", "once more");
    assertThat(transport.texts()).containsExactly("for the second", "for the second");
  }

  @Test
  void closesForGoodOnceAConnectionFallsBehind() {
    transport.allowed = 0;
    OutboundQueue queue = new OutboundQueue(transport, 100);
    assertThat(queue.send(frameOfBytes(60))).isEqualTo(Offer.FLUSH_DUE);
    assertThat(queue.send(frameOfBytes(41))).isEqualTo(Offer.OVERFLOW);
    assertThat(queue.send(frameOfBytes(40))).isEqualTo(Offer.CLOSED);
    assertThat(transport.aborted).containsExactly(ErrorCode.SLOW_CONSUMER);
    transport.allowed = 10;
    queue.writable();
    assertThat(transport.taken).isEmpty();
  }

  @Test
  void holdsExactlyTheBytesOfTheLimit() {
    transport.allowed = 0;
    OutboundQueue queue = new OutboundQueue(transport, 100);
    assertThat(queue.offer(frameOfBytes(50))).isEqualTo(Offer.FLUSH_DUE);
    assertThat(queue.offer(frameOfBytes(50))).isEqualTo(Offer.ACCEPTED);
    assertThat(queue.queuedBytes()).isEqualTo(100);
  }

  @Test
  void leavesOutWhatIsDroppableWhenHalfFull() {
    transport.allowed = 0;
    OutboundQueue queue = new OutboundQueue(transport, 200);
    queue.send(frameOfBytes(101));
    assertThat(queue.offer(EncodedFrame.droppable("typing".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo(Offer.DROPPED);
    assertThat(queue.offer(frameOfBytes(99))).isEqualTo(Offer.ACCEPTED);
  }

  @Test
  void keepsTwoFramesTogetherOrTakesNeither() {
    transport.allowed = 0;
    OutboundQueue queue = new OutboundQueue(transport, 200);
    queue.send(frameOfBytes(101));
    EncodedFrame signal = EncodedFrame.droppable("s".getBytes(StandardCharsets.UTF_8));
    assertThat(queue.offer(frame("id"), signal)).isEqualTo(Offer.DROPPED);
    transport.allowed = 10;
    queue.writable();
    assertThat(transport.taken).hasSize(1);
    assertThat(queue.offer(frame("id"), frame("data"))).isEqualTo(Offer.FLUSH_DUE);
    queue.flush();
    assertThat(transport.texts()).endsWith("id", "data");
  }

  @Test
  void goesOnWithTheFrameThatTheTransportDidNotTake() {
    transport.allowed = 1;
    OutboundQueue queue = new OutboundQueue(transport, 10_000);
    queue.offer(frame("a"));
    queue.offer(frame("b"));
    queue.flush();
    assertThat(queue.stalledNanos(System.nanoTime() + 1)).isPositive();
    queue.offer(frame("c"));
    transport.allowed = 10;
    queue.writable();
    assertThat(transport.texts()).containsExactly("a", "b", "c");
    assertThat(queue.stalledNanos(System.nanoTime())).isZero();
  }

  @Test
  void writesNothingAfterAClose() {
    OutboundQueue queue = new OutboundQueue(transport, 100);
    transport.allowed = 0;
    queue.send(frameOfBytes(100));
    assertThat(queue.offer(EncodedFrame.close(ErrorCode.DRAINING))).isEqualTo(Offer.ACCEPTED);
    queue.offer(
        frameOfBytes(33)); // does not fit any more, and ends the queue: nothing may follow a close
    transport.allowed = 10;
    queue.writable();
    assertThat(queue.isClosed()).isTrue();
  }

  @Test
  void tellsTheTransportOnceWhenAWriteFails() {
    transport.broken = true;
    OutboundQueue queue = new OutboundQueue(transport, 1_000);
    queue.send(frame("a"));
    assertThat(queue.send(frame("b"))).isEqualTo(Offer.CLOSED);
    assertThat(transport.aborted).containsExactly(ErrorCode.INTERNAL);
  }

  /**
   * Else one connection's failure would leave others, and the thread that writes them, standing.
   */
  @Test
  void doesNotFailWhenWhatFollowsAWriteDoes() {
    Transport bad =
        new Transport() {
          @Override
          public void aborted(ErrorCode reason) {
            throw new IllegalStateException("aborted");
          }
        };
    bad.broken = true;
    OutboundQueue failing = new OutboundQueue(bad, 1_000);
    OutboundQueue other = new OutboundQueue(transport, 10_000);
    JoinedWrites.during(
        () -> {
          failing.send(frameOfBytes(900));
          failing.whenDrained(
              () -> {
                throw new IllegalStateException("drained");
              });
          other.send(frame("b"));
        });
    assertThat(failing.isClosed()).isTrue();
    assertThat(transport.texts()).containsExactly("b");
  }

  @Test
  void tellsAReaderOfHistoryWhenThereIsRoomAgain() {
    transport.allowed = 0;
    OutboundQueue queue = new OutboundQueue(transport, 400);
    queue.send(frameOfBytes(150));
    queue.send(frameOfBytes(100));
    AtomicBoolean drained = new AtomicBoolean();
    assertThat(queue.isCrowded()).isTrue();
    queue.whenDrained(() -> drained.set(true));
    transport.allowed = 1;
    queue.writable();
    assertThat(drained).isTrue();
  }

  @Test
  void tellsEachOfSeveralReadersInTheirOrder() {
    transport.allowed = 0;
    OutboundQueue queue = new OutboundQueue(transport, 400);
    queue.send(frameOfBytes(300));
    List<Integer> drained = new ArrayList<>();
    queue.whenDrained(() -> drained.add(1));
    queue.whenDrained(() -> drained.add(2));
    transport.allowed = 1;
    queue.writable();
    assertThat(drained).containsExactly(1, 2);
  }

  @Test
  void wakesAWaitingReaderOfHistoryWhenItCloses() {
    transport.allowed = 0;
    OutboundQueue queue = new OutboundQueue(transport, 400);
    queue.send(frameOfBytes(300));
    AtomicBoolean drained = new AtomicBoolean();
    queue.whenDrained(() -> drained.set(true));
    queue.close();
    assertThat(drained).isTrue();
  }

  @Test
  void doesNotRecurseWhenTheTransportCallsBackFromItsWrite() {
    OutboundQueue[] queue = new OutboundQueue[1];
    List<String> out = new ArrayList<>();
    FrameWriter eager =
        new FrameWriter() {
          @Override
          public int write(EncodedFrame[] frames, int count) {
            out.add(frames[0].text());
            queue[0].writable(); // as a send handler that completes on this thread does
            return 1;
          }

          @Override
          public void aborted(ErrorCode reason) {}
        };
    queue[0] = new OutboundQueue(eager, 10_000_000);
    for (int i = 0; i < 100_000; i++) {
      queue[0].offer(frame(""));
    }
    queue[0].flush();
    assertThat(out).hasSize(100_000);
  }

  /** Many threads offer, a transport takes a random number of frames and calls back from others. */
  @Test
  void losesAndReordersNothingUnderThreads() throws Exception {
    long seed = System.nanoTime();
    int threads = 4;
    int each = 20_000;
    ExecutorService callbacks = Executors.newFixedThreadPool(2);
    OutboundQueue[] queue = new OutboundQueue[1];
    List<String> out = new ArrayList<>(); // one writer at a time: what this test is about
    FrameWriter moody =
        new FrameWriter() {
          private final Random random = new Random(seed);

          @Override
          public int write(EncodedFrame[] frames, int count) {
            int taking = random.nextInt(count + 1);
            for (int i = 0; i < taking; i++) {
              out.add(frames[i].text());
            }
            if (taking < count) {
              callbacks.execute(queue[0]::writable);
            }
            return taking;
          }

          @Override
          public void aborted(ErrorCode reason) {}
        };
    queue[0] = new OutboundQueue(moody, Integer.MAX_VALUE);
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      int id = t;
      new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  queue[0].send(frame(id + ":" + i));
                }
                done.countDown();
              })
          .start();
    }
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (queue[0].queuedBytes() > 0 && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    callbacks.shutdown();
    assertThat(callbacks.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    assertThat(out).as("seed %d", seed).hasSize(threads * each);
    int[] next = new int[threads];
    for (String text : out) {
      int colon = text.indexOf(':');
      int id = Integer.parseInt(text.substring(0, colon));
      assertThat(Integer.parseInt(text.substring(colon + 1)))
          .as("seed %d", seed)
          .isEqualTo(next[id]++);
    }
  }
}
