package io.carillon.facade;

import io.carillon.bus.OriginListener;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Signal;
import io.carillon.domain.user.UserId;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import io.carillon.node.Workers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Tells the application's observers what happens on this node. Whoever brings an event only puts it
 * into a bounded queue, and where nobody observes its kind does not even make it; one task at a
 * time empties the queue on a shared thread, so the order stays. Any thread.
 */
@ApplicationScoped
public class ObserverCalls implements OriginListener {
  private static final Logger LOG = System.getLogger(ObserverCalls.class.getName());
  private static final int MAX_EVENTS = 10_000;
  private static final long MAX_CHARACTERS = 8 * 1024 * 1024; // 16 MiB

  /** After so many events others may have the thread. */
  private static final int BATCH = 100;

  private static final Duration RETRY_AFTER = Duration.ofMillis(100);

  /** Finds out who observes events of one kind. */
  interface Resolver {
    List<Consumer<Object>> observersOf(Object sample);
  }

  private record Observers(
      List<Consumer<Object>> messages,
      List<Consumer<Object>> members,
      List<Consumer<Object>> presence) {}

  private record Call(Object event, List<Consumer<Object>> observers, int characters) {}

  private final Resolver resolver;
  private final Workers workers;
  private final Counter dropped;
  private final Queue<Call> waiting = new ArrayDeque<>(); // guarded by itself
  private long waitingCharacters; // guarded by waiting
  private boolean running; // guarded by waiting
  private volatile Observers observers; // null until the first event

  protected ObserverCalls() { // for the client proxy
    this.resolver = null;
    this.workers = null;
    this.dropped = null;
  }

  @Inject
  public ObserverCalls(BeanManager beans, Workers workers, MeterRegistry registry) {
    this(sample -> observersOf(beans, sample), workers, registry);
  }

  ObserverCalls(Resolver resolver, Workers workers, MeterRegistry registry) {
    this.resolver = resolver;
    this.workers = workers;
    this.dropped =
        Counter.builder("carillon.observers.dropped")
            .description("Events that the application's observers were too slow for")
            .register(registry);
  }

  /** Each by itself: CDI's own way calls nobody any more after one has failed. */
  private static List<Consumer<Object>> observersOf(BeanManager beans, Object sample) {
    return beans.resolveObserverMethods(sample).stream()
        .sorted(Comparator.comparingInt(ObserverMethod::getPriority))
        .map(ObserverCalls::asConsumer)
        .toList();
  }

  @SuppressWarnings("unchecked") // it was found by an object of that type
  private static Consumer<Object> asConsumer(ObserverMethod<?> method) {
    return ((ObserverMethod<Object>) method)::notify;
  }

  private Observers observers() {
    Observers known = observers;
    if (known == null) {
      known =
          new Observers(
              resolver.observersOf(
                  new MessageEvent(
                      "", "", MessageEvent.Change.CREATED, "", 0, 0, "", "", "", "", "", 0)),
              resolver.observersOf(new MemberEvent("", "", "", "", true, "")),
              resolver.observersOf(new PresenceEvent("", "", true)));
      observers = known; // twice at worst, with the same result
    }
    return known;
  }

  @Override
  public void onEvents(List<? extends ChannelEvent> events) {
    Observers known = observers();
    if (known.messages().isEmpty() && known.members().isEmpty()) {
      return;
    }
    for (ChannelEvent event : events) {
      if (event instanceof Publication publication && !known.messages().isEmpty()) {
        int characters = publication.payload().length();
        put(new Call(eventOf(publication), known.messages(), characters));
      } else if (event instanceof Signal signal && !known.members().isEmpty()) {
        onSignal(signal, known);
      }
    }
  }

  private void onSignal(Signal signal, Observers known) {
    boolean added = signal.type() == Signal.Type.MEMBER_ADDED;
    if (added || signal.type() == Signal.Type.MEMBER_REMOVED) {
      JsonObject data = Json.parseObject(signal.data());
      MemberEvent event =
          new MemberEvent(
              signal.channel().organization(),
              signal.channel().name().value(),
              data.requireString("userId"),
              data.requireString("role"),
              added,
              signal.originUserId());
      put(new Call(event, known.members(), 0));
    }
  }

  @Override
  public void onPresence(String organization, UserId user, boolean online) {
    Observers known = observers();
    if (!known.presence().isEmpty()) {
      put(new Call(new PresenceEvent(organization, user.value(), online), known.presence(), 0));
    }
  }

  private static MessageEvent eventOf(Publication publication) {
    return new MessageEvent(
        publication.channel().organization(),
        publication.channel().name().value(),
        switch (publication.change()) {
          case CREATED -> MessageEvent.Change.CREATED;
          case UPDATED -> MessageEvent.Change.UPDATED;
          case DELETED -> MessageEvent.Change.DELETED;
        },
        publication.id(),
        publication.offset(),
        publication.revision(),
        publication.name(),
        publication.payload(),
        publication.authorId(),
        publication.authorName(),
        publication.clientId(),
        publication.createdAtMillis());
  }

  private void put(Call call) {
    synchronized (waiting) {
      if (waiting.size() >= MAX_EVENTS || waitingCharacters > MAX_CHARACTERS) {
        dropped.increment();
        return;
      }
      waiting.add(call);
      waitingCharacters += call.characters();
      if (running) {
        return;
      }
      running = true;
    }
    goOn();
  }

  private void goOn() {
    try {
      workers.io().execute(this::callSome);
    } catch (RejectedExecutionException e) {
      workers.after(RETRY_AFTER, this::goOn); // too busy; or stopping, and then never
    }
  }

  private void callSome() {
    for (int i = 0; i < BATCH; i++) {
      Call next;
      synchronized (waiting) {
        next = waiting.poll();
        if (next == null) {
          running = false;
          return;
        }
        waitingCharacters -= next.characters();
      }
      next.observers().forEach(observer -> call(observer, next.event()));
    }
    goOn();
  }

  private static void call(Consumer<Object> observer, Object event) {
    try {
      observer.accept(event);
    } catch (RuntimeException | LinkageError | AssertionError e) { // it is somebody else's code
      LOG.log(Level.WARNING, "An observer of " + event.getClass().getSimpleName() + " failed", e);
    }
  }
}
