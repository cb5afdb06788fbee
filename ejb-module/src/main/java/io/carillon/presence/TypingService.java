package io.carillon.presence;

import io.carillon.bus.Bus;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.Signal;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who is typing: {@code typing:update} {@code {"userId","channelId","isTyping"}} to the channel.
 * Typing stops by itself after {@link #LASTS}, and a client that goes on typing says so again
 * before that. What is not allowed or too much is left out without an answer: typing is never worth
 * an error. Any thread.
 */
@ApplicationScoped
public class TypingService {
  private static final Logger LOG = System.getLogger(TypingService.class.getName());

  /** From the last start on. */
  public static final Duration LASTS = Duration.ofSeconds(10);

  /** How often typing that has long ended is looked for. */
  public static final Duration SWEEP_EVERY = Duration.ofMillis(250);

  /** A start is not sent again sooner, and a refusal not asked about again. */
  static final Duration QUIET = Duration.ofSeconds(3);

  /** Times that somebody may begin anew in one channel within {@link #LASTS}. */
  static final int MAX_BEGINS = 5;

  /** Channels that one user may be typing in, more or less at once. */
  static final int MAX_CHANNELS = 20;

  /** Users shown in a channel at once: nobody reads more names, and each is told to everybody. */
  static final int MAX_SHOWN = 32;

  /** Users and channels kept on this node. */
  static final int MAX_TYPISTS = 50_000;

  private record Who(String organization, UserId user) {}

  /** One user in one channel, until {@link #LASTS} after the last start. */
  private static final class Typist {
    final Who who;
    final ChannelKey channel;
    boolean shown;
    long touchedAtMillis;
    long quietUntilMillis;
    long begins;
    long countingSinceMillis;

    Typist(Who who, ChannelKey channel, long nowMillis) {
      this.who = who;
      this.channel = channel;
      this.countingSinceMillis = nowMillis;
    }

    boolean begunTooOften(long nowMillis) {
      if (nowMillis - countingSinceMillis >= LASTS.toMillis()) {
        countingSinceMillis = nowMillis;
        begins = 0;
      }
      return begins >= MAX_BEGINS;
    }
  }

  private final Bus bus;
  private final TypingCheck check;
  private final Object lock = new Object();

  // All under the lock.
  private final SteadyMillis time;
  private final Map<Who, Map<ChannelKey, Typist>> typists = new HashMap<>();
  private final Set<Typist> byTouch = new LinkedHashSet<>(); // the longest untouched first
  private final Map<ChannelKey, Integer> shownIn = new HashMap<>();
  private final ArrayDeque<Signal> outbox = new ArrayDeque<>();
  private boolean sending;

  protected TypingService() { // for the client proxy
    this.bus = null;
    this.check = null;
    this.time = null;
  }

  @Inject
  public TypingService(Bus bus, TypingCheck check, Clock clock) {
    this.bus = bus;
    this.check = check;
    this.time = new SteadyMillis(clock);
  }

  /** The user types, or still does. May wait for the database. */
  public void start(Identity identity, ChannelName name) {
    if (identity.kind() != Identity.Kind.USER || name.isReserved()) {
      return;
    }
    Who who = new Who(identity.organization(), identity.userId());
    ChannelKey channel = new ChannelKey(identity.organization(), name);
    if (!isWorthAsking(who, channel)) {
      return;
    }
    boolean allowed = mayType(identity, channel);
    synchronized (lock) {
      answered(who, channel, allowed);
    }
    send();
  }

  private boolean mayType(Identity identity, ChannelKey channel) {
    try {
      return check.mayType(identity, channel);
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "Typing left out: {0}", e.getClass().getSimpleName());
      return false;
    }
  }

  private boolean isWorthAsking(Who who, ChannelKey channel) {
    synchronized (lock) {
      long now = time.now();
      Map<ChannelKey, Typist> channels = typists.getOrDefault(who, Map.of());
      Typist typist = channels.get(channel);
      if (typist == null) {
        return channels.size() < MAX_CHANNELS && byTouch.size() < MAX_TYPISTS;
      }
      if (typist.shown) {
        touch(typist, now);
      }
      return now >= typist.quietUntilMillis && (typist.shown || !typist.begunTooOften(now));
    }
  }

  private void answered(Who who, ChannelKey channel, boolean allowed) {
    long now = time.now();
    Typist typist =
        typists
            .computeIfAbsent(who, w -> new HashMap<>())
            .computeIfAbsent(channel, c -> new Typist(who, c, now));
    touch(typist, now);
    if (now < typist.quietUntilMillis) {
      return; // another connection of the user was faster
    }
    typist.quietUntilMillis = now + QUIET.toMillis();
    if (!allowed) {
      hide(typist);
    } else if (typist.shown) {
      outbox.add(signal(typist));
    } else if (!typist.begunTooOften(now) && shownIn.getOrDefault(channel, 0) < MAX_SHOWN) {
      typist.begins++;
      typist.shown = true;
      shownIn.merge(channel, 1, Integer::sum);
      outbox.add(signal(typist));
    }
  }

  private void touch(Typist typist, long nowMillis) {
    typist.touchedAtMillis = nowMillis;
    byTouch.remove(typist);
    byTouch.add(typist);
  }

  /** The user has stopped, or has sent the message. */
  public void stop(Identity identity, ChannelName name) {
    Who who = new Who(identity.organization(), identity.userId());
    synchronized (lock) {
      Typist typist =
          typists.getOrDefault(who, Map.of()).get(new ChannelKey(identity.organization(), name));
      if (typist == null || !typist.shown) {
        return;
      }
      hide(typist);
      typist.quietUntilMillis = 0;
    }
    send();
  }

  /** The user's last connection to this node is gone. */
  public void gone(Identity identity) {
    synchronized (lock) {
      Who who = new Who(identity.organization(), identity.userId());
      typists.getOrDefault(who, Map.of()).values().forEach(this::hide);
    }
    send();
  }

  /** Ends what has lasted too long; the node's timer calls it each {@link #SWEEP_EVERY}. */
  public void sweep() {
    synchronized (lock) {
      long now = time.now();
      Iterator<Typist> longestUntouchedFirst = byTouch.iterator();
      while (longestUntouchedFirst.hasNext()) {
        Typist typist = longestUntouchedFirst.next();
        if (now - typist.touchedAtMillis < LASTS.toMillis()) {
          break;
        }
        longestUntouchedFirst.remove();
        hide(typist);
        typists.computeIfPresent(
            typist.who,
            (who, channels) -> {
              channels.remove(typist.channel);
              return channels.isEmpty() ? null : channels;
            });
      }
    }
    send();
  }

  private void hide(Typist typist) {
    if (typist.shown) {
      typist.shown = false;
      shownIn.computeIfPresent(typist.channel, (c, count) -> count == 1 ? null : count - 1);
      outbox.add(signal(typist));
    }
  }

  private static Signal signal(Typist typist) {
    String userId = typist.who.user().value();
    String data =
        new JsonObject()
            .put("userId", userId)
            .put("channelId", typist.channel.name().value())
            .put("isTyping", typist.shown)
            .toString();
    return new Signal(typist.channel, Signal.Type.TYPING, data, userId);
  }

  /** Publishes outside the lock, and still in the order of what happened: one thread at a time. */
  private void send() {
    synchronized (lock) {
      if (sending) {
        return; // whoever sends takes ours along
      }
      sending = true;
    }
    List<Signal> next;
    while (!(next = takeOrStopSending()).isEmpty()) {
      bus.publish(next);
    }
  }

  private List<Signal> takeOrStopSending() {
    synchronized (lock) {
      List<Signal> taken = List.copyOf(outbox);
      outbox.clear();
      sending = !taken.isEmpty();
      return taken;
    }
  }

  /** Users and channels that are kept at the moment. */
  int size() {
    synchronized (lock) {
      return byTouch.size();
    }
  }
}
