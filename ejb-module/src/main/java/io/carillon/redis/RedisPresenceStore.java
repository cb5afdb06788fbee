package io.carillon.redis;

import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.UserId;
import io.carillon.node.Workers;
import io.carillon.presence.PresenceChange;
import io.carillon.presence.PresenceEntry;
import io.carillon.presence.PresenceScope;
import io.carillon.presence.PresenceStore;
import io.carillon.presence.PresenceTransition;
import io.carillon.presence.PresenceView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The presence of several nodes, in Redis. What decides is one script for each organization that a
 * call concerns, by Redis' own time; all of a call's scripts go in one round trip.
 *
 * <p>Which organizations may have entries stands elsewhere than those: it is written before an
 * entry is, and taken away only if nobody has written it since before the organization was found
 * empty, and for {@link #FORGET_AFTER} before. So no entry is missed by the sweep. That relies on
 * all of it being in one place, which is lost as a whole or not at all; so a Redis Cluster keeps
 * all presence on one master.
 *
 * <p>An answer can be lost, and a call can arrive late. Hence each node numbers its calls of {@link
 * #apply}, and Redis carries out none that a later one has overtaken; and Redis keeps the
 * transitions that it has given a node until that has confirmed them with a later call, and gives
 * them again until then.
 *
 * <p>Redis may lose everything. An organization's presence has the name of its epoch, and a node
 * that knows another one is refused once: the call throws, and the caller tells everything again.
 * Entries that the caller has told before come back without a transition while the new epoch is
 * younger than an entry's lifetime, since none can have expired in it. Users whose node died, or
 * who left while Redis was away, are told again by whoever is left, from what the {@link
 * PresenceWitness} knows: unless they come back they go when an entry made with the new epoch would
 * have expired. Only what happened in the last second before the loss, to users of a node that died
 * in that second too, nobody knows.
 *
 * <p>Any thread. No call blocks for much longer than a second.
 */
public final class RedisPresenceStore implements PresenceStore, AutoCloseable {
  /** Changes of one call, and entries that one script ends. */
  private static final int MAX_CHANGES = 1_000;

  /** Organizations that one call sweeps; where there are more, calls take turns with them. */
  private static final int MAX_ORGANIZATIONS = 1_000;

  private static final RedisScript APPLY =
      RedisScript.ofFiles("presence-state.lua", "presence-apply.lua");
  private static final RedisScript SWEEP =
      RedisScript.ofFiles("presence-state.lua", "presence-sweep.lua");
  private static final RedisScript ADOPT =
      RedisScript.ofFiles("presence-state.lua", "presence-adopt.lua");
  private static final RedisScript USERS = RedisScript.ofFiles("presence-users.lua");
  private static final RedisScript QUERY = RedisScript.ofFiles("presence-query.lua");
  private static final RedisScript PRESENT = RedisScript.ofFiles("presence-present.lua");
  private static final RedisScript TOUCH = RedisScript.ofFiles("presence-touch.lua");
  private static final RedisScript ORGANIZATIONS =
      RedisScript.ofFiles("presence-organizations.lua");

  /** Users that one script reads or takes over, and scripts of that kind in one sweep. */
  private static final int MAX_USERS = 1_000;

  private static final int MAX_PARTS = 20;

  /** After it began, nodes that live have told a new epoch of their users. */
  private static final Duration SETTLE = Duration.ofSeconds(5);

  private static final int READERS = 4;
  private static final Duration MAX_WAIT = Duration.ofSeconds(1); // for each of several
  private static final Duration FORGET_AFTER = Duration.ofMinutes(10);

  /** In place of when an organization was touched: not to be forgotten. */
  private static final String NOT_READ = "0";

  /** What this node has heard of an organization. */
  private static final class Known {
    String epoch = "";
    long sequence; // of the last transition given
  }

  private record Page(int total, Map<String, String> touched) {}

  private final Supplier<String> time;
  private final String ttlMillis;
  private final String graceMillis;
  private final String settleMillis;
  private final String lastSeenUsers;
  private final String id = UUID.randomUUID().toString(); // of this run, since it counts from 1
  private final RedisPool writer; // never waits for a question
  private final RedisPool readers;

  private final ReentrantLock lock = new ReentrantLock(true);
  // Guarded by the lock.
  private final Map<String, Known> known = new HashMap<>();
  private final PresenceWitness witness = new PresenceWitness();
  private final List<PresenceTransition> received = new ArrayList<>(); // not returned yet
  private Map<String, String> toSweep = new LinkedHashMap<>(); // and when they were touched
  private Map<String, String> toForget = Map.of();
  private int nextRank;
  private long calls;

  /**
   * Connects when it is asked something.
   *
   * @param prefix of all keys in Redis
   */
  RedisPresenceStore(
      RedisServers servers, String prefix, Settings.Presence limits, Workers workers) {
    this(servers, prefix, limits, workers, () -> "");
  }

  /**
   * @param time epoch milliseconds; the empty string for Redis' own
   */
  RedisPresenceStore(
      RedisServers servers,
      String prefix,
      Settings.Presence limits,
      Workers workers,
      Supplier<String> time) {
    this.time = time;
    this.ttlMillis = Long.toString(limits.ttl().toMillis());
    this.graceMillis = Long.toString(limits.grace().toMillis());
    this.settleMillis = Long.toString(Math.min(SETTLE.toMillis(), limits.ttl().toMillis() / 2));
    this.lastSeenUsers = Integer.toString(limits.lastSeenUsers());
    RedisKeys keys = new RedisKeys(prefix, "presence");
    this.writer = RedisPool.open(servers, keys, "carillon-presence-tell", 1, MAX_WAIT, workers);
    this.readers =
        RedisPool.open(servers, keys, "carillon-presence-ask", READERS, MAX_WAIT, workers);
  }

  // ---- changes

  @Override
  public List<PresenceTransition> apply(Collection<PresenceChange> changes) {
    if (changes.size() > MAX_CHANGES) {
      throw new IllegalArgumentException("more than " + MAX_CHANGES + " changes");
    }
    if (changes.isEmpty()) {
      return List.of();
    }
    lock();
    try {
      return applyLocked(changes);
    } finally {
      lock.unlock();
    }
  }

  private static String channel(PresenceScope scope) {
    return scope.concernedChannel().map(ChannelName::value).orElse("");
  }

  private void lock() {
    try {
      if (lock.tryLock(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw away();
  }

  private List<PresenceTransition> applyLocked(Collection<PresenceChange> changes) {
    Map<String, List<String>> byOrganization = new LinkedHashMap<>();
    for (PresenceChange change : changes) {
      PresenceEntry entry = change.entry();
      PresenceScope scope = entry.key().scope();
      List<String> texts =
          byOrganization.computeIfAbsent(scope.organization(), o -> new ArrayList<>());
      texts.add(kind(change).name());
      texts.add(channel(scope));
      texts.add(entry.key().connectionId());
      texts.add(entry.user().value());
      texts.add(entry.metadata());
    }
    String number = Long.toString(++calls);
    String now = time.get();
    List<RedisScript.Call> scripts = new ArrayList<>();
    scripts.add(touch(byOrganization.keySet(), now));
    byOrganization.forEach(
        (organization, texts) -> {
          List<String> arguments = stateArguments(organization, now);
          arguments.addAll(List.of(ttlMillis, graceMillis, number, id + ':' + number));
          arguments.addAll(texts);
          scripts.add(APPLY.call(stateKeys(organization), arguments));
        });
    List<Object> answers = answers(writer, scripts);
    Outcome outcome = new Outcome();
    int next = 1;
    for (String organization : byOrganization.keySet()) {
      outcome.take(organization, (List<?>) answers.get(next++));
      if (toSweep.size() < MAX_ORGANIZATIONS) {
        toSweep.putIfAbsent(organization, NOT_READ); // so that the sweep notices its loss
      }
    }
    return outcome.finish();
  }

  private RedisScript.Call touch(Collection<String> organizations, String now) {
    List<String> arguments = new ArrayList<>();
    arguments.add(now);
    arguments.addAll(organizations);
    return TOUCH.call(organizationsKey(), arguments);
  }

  /** Whoever was online when Redis lost its epoch was there all the time, on whichever node. */
  private PresenceChange.Kind kind(PresenceChange change) {
    PresenceScope scope = change.entry().key().scope();
    return change.kind() == PresenceChange.Kind.KEEP
            && scope.isOrganization()
            && witness.doubts(scope.organization(), change.entry().user().value())
        ? PresenceChange.Kind.EXTEND
        : change.kind();
  }

  private List<String> organizationsKey() {
    return List.of("presence:organizations");
  }

  private static String key(String organization, String what) {
    return "presence:{" + organization + "}:" + what;
  }

  private List<String> stateKeys(String organization) {
    return List.of(
        key(organization, "state"),
        key(organization, "entries"),
        key(organization, "expiry"),
        key(organization, "connections"),
        key(organization, "seen"),
        key(organization, "node:" + id),
        key(organization, "log"),
        key(organization, "gone"));
  }

  private List<String> stateArguments(String organization, String now) {
    Known heard = known.getOrDefault(organization, new Known());
    List<String> arguments = new ArrayList<>();
    arguments.add(now);
    arguments.add(Long.toString(heard.sequence));
    arguments.add(heard.epoch);
    arguments.add(lastSeenUsers);
    return arguments;
  }

  /** What the answers of one call amount to. */
  private final class Outcome {
    private boolean lost;

    /**
     * @return how many entries a sweep has ended; -1 where none are left
     */
    int take(String organization, List<?> answer) {
      if (answer.get(0).equals("LOST")) {
        lost = true;
        return 0;
      }
      boolean isEmpty = number(answer.get(2)) == 0;
      List<PresenceTransition> told = new ArrayList<>();
      for (Object text : answer.subList(5, answer.size())) {
        told.add(transition(organization, text.toString()));
      }
      told.sort(Comparator.comparingLong(PresenceTransition::sequence));
      received.addAll(told);
      told.forEach(witness::given);
      if (isEmpty && told.isEmpty()) {
        known.remove(organization); // nothing can be lost, and nothing is to be confirmed
        witness.empty(organization);
      } else {
        Known heard = known.computeIfAbsent(organization, o -> new Known());
        heard.epoch = isEmpty ? "" : answer.get(1).toString();
        if (!told.isEmpty()) {
          heard.sequence = told.get(told.size() - 1).sequence();
        }
      }
      return isEmpty ? -1 : (int) number(answer.get(3));
    }

    /** All that has been received and not been returned. */
    List<PresenceTransition> finish() {
      if (lost) {
        // Seldom one organization's alone. What was received is returned by a later call.
        Map<String, String> epochs = new HashMap<>();
        known.forEach((organization, heard) -> epochs.put(organization, heard.epoch));
        witness.lost(epochs);
        known.values().forEach(heard -> heard.epoch = "");
        throw new IllegalStateException("Redis has lost the presence, which is told again");
      }
      List<PresenceTransition> all = List.copyOf(received);
      received.clear();
      return all;
    }
  }

  private static PresenceTransition transition(String organization, String text) {
    String[] parts = text.split("\n", 4);
    PresenceScope scope =
        new PresenceScope(organization, parts[2].isEmpty() ? null : new ChannelName(parts[2]));
    return new PresenceTransition(
        scope,
        new UserId(parts[3]),
        PresenceTransition.Change.valueOf(parts[1]),
        Long.parseLong(parts[0]));
  }

  private static long number(Object answer) {
    return Long.parseLong(answer.toString());
  }

  // ---- the sweep

  @Override
  public Swept sweep(int maxEntries) {
    lock();
    try {
      adopt();
      return sweepLocked(maxEntries);
    } finally {
      lock.unlock();
    }
  }

  /**
   * One round trip for the organizations that the call before has read; another one for those that
   * are new, or where one has more that is due than its share of what may be ended.
   */
  private Swept sweepLocked(int maxEntries) {
    Outcome outcome = new Outcome();
    Deque<String> waiting = new ArrayDeque<>(toSweep.keySet());
    Map<String, String> forgettable = new HashMap<>();
    Page page = null;
    int ended = 0;
    do {
      int left = maxEntries - ended;
      int share = Math.min(MAX_CHANGES, left / Math.max(1, Math.min(left, waiting.size())));
      List<String> round = new ArrayList<>();
      while (round.size() < left && !waiting.isEmpty()) {
        round.add(waiting.poll());
      }
      List<RedisScript.Call> scripts = new ArrayList<>();
      String now = time.get();
      if (page == null) {
        scripts.add(readOrganizations(now));
      }
      for (String organization : round) {
        List<String> arguments = stateArguments(organization, now);
        arguments.add(Integer.toString(share));
        arguments.add(witness.followed(organization));
        scripts.add(SWEEP.call(stateKeys(organization), arguments));
      }
      List<Object> answers = answers(writer, scripts);
      int next = 0;
      if (page == null) {
        page = page((List<?>) answers.get(next++));
        waiting.addAll(newcomers(page));
      }
      for (String organization : round) {
        List<?> answer = (List<?>) answers.get(next++);
        int count = outcome.take(organization, answer);
        if (count >= 0 && answer.size() > 1) {
          witness.follow(organization, (List<?>) answer.get(4));
        }
        if (count < 0) {
          String touched = toSweep.getOrDefault(organization, NOT_READ);
          if (!touched.equals(NOT_READ)) {
            forgettable.put(organization, touched);
          }
          count = (int) number(answer.get(3));
        } else if (count == share) {
          waiting.add(organization);
        }
        ended += count;
      }
    } while (!waiting.isEmpty() && ended < maxEntries);
    toForget = forgettable;
    toSweep = page.touched();
    nextRank = nextRank + MAX_ORGANIZATIONS < page.total() ? nextRank + MAX_ORGANIZATIONS : 0;
    read(); // before anything is taken out of what was received: it may fail
    return new Swept(ended, outcome.finish());
  }

  /** Has Redis take over whoever was online before it lost everything, and is told by nobody. */
  private void adopt() {
    List<PresenceWitness.Doubt> doubts = witness.doubts(MAX_ORGANIZATIONS);
    if (doubts.isEmpty()) {
      return;
    }
    String now = time.get();
    List<RedisScript.Call> scripts = new ArrayList<>();
    scripts.add(touch(doubts.stream().map(doubt -> doubt.organization).toList(), now));
    List<PresenceWitness.Doubt> asked = new ArrayList<>();
    List<List<String>> taken = new ArrayList<>();
    int parts = 0;
    for (PresenceWitness.Doubt doubt : doubts) {
      List<String> all = doubt.ready ? doubt.next(MAX_USERS * MAX_PARTS) : List.of();
      int from = 0;
      do {
        List<String> part = all.subList(from, Math.min(all.size(), from + MAX_USERS));
        asked.add(doubt);
        taken.add(part);
        scripts.add(adoption(doubt, part, now));
        from += MAX_USERS;
        parts++;
      } while (from < all.size() && parts < MAX_PARTS);
    }
    List<Object> answers = answers(writer, scripts);
    Outcome outcome = new Outcome();
    for (int i = 0; i < asked.size(); i++) {
      PresenceWitness.Doubt doubt = asked.get(i);
      List<?> answer = (List<?>) answers.get(i + 1);
      outcome.take(doubt.organization, answer);
      String state = ((List<?>) answer.get(4)).get(0).toString();
      doubt.taken(taken.get(i));
      if (state.equals("KEPT") || doubt.ready && doubt.online.isEmpty()) {
        witness.resolved(doubt);
      }
      doubt.ready = state.equals("READY");
    }
  }

  private RedisScript.Call adoption(PresenceWitness.Doubt doubt, List<String> users, String now) {
    List<String> arguments = stateArguments(doubt.organization, now);
    arguments.set(2, ""); // whichever epoch it is now
    arguments.addAll(List.of(doubt.epoch, ttlMillis, settleMillis, id + ':' + ++calls));
    arguments.add(Integer.toString(doubt.gone.size()));
    arguments.addAll(doubt.gone);
    arguments.addAll(users);
    return ADOPT.call(stateKeys(doubt.organization), arguments);
  }

  /** Reads who is online where that cannot be followed from the log. */
  private void read() {
    for (int part = 0; part < MAX_PARTS; part++) {
      Map<String, String> unread = witness.unread(MAX_PARTS);
      if (unread.isEmpty()) {
        return;
      }
      List<RedisScript.Call> scripts = new ArrayList<>();
      unread.forEach(
          (organization, after) ->
              scripts.add(
                  USERS.call(
                      List.of(key(organization, "connections")),
                      List.of(after, Integer.toString(MAX_USERS)))));
      List<Object> answers = answers(writer, scripts);
      int next = 0;
      for (String organization : unread.keySet()) {
        witness.read(organization, (List<?>) answers.get(next++));
      }
    }
  }

  private RedisScript.Call readOrganizations(String now) {
    List<String> arguments = new ArrayList<>();
    arguments.add(now);
    arguments.add(Integer.toString(nextRank));
    arguments.add(Integer.toString(MAX_ORGANIZATIONS));
    arguments.add(Long.toString(FORGET_AFTER.toMillis()));
    toForget.forEach(
        (organization, touched) -> {
          arguments.add(organization);
          arguments.add(touched);
        });
    return ORGANIZATIONS.call(organizationsKey(), arguments);
  }

  private static Page page(List<?> answer) {
    Map<String, String> touched = new LinkedHashMap<>();
    for (int i = 1; i < answer.size(); i += 2) {
      touched.put(answer.get(i).toString(), answer.get(i + 1).toString());
    }
    return new Page((int) number(answer.get(0)), touched);
  }

  /** Where there are more than one call can sweep, they have to wait for their turn. */
  private List<String> newcomers(Page page) {
    if (page.total() > MAX_ORGANIZATIONS) {
      return List.of();
    }
    List<String> newcomers = new ArrayList<>(page.touched().keySet());
    newcomers.removeAll(toSweep.keySet());
    return newcomers;
  }

  /** Users of an organization who would not be lost together with what Redis holds. */
  int witnessed(String organization) {
    lock();
    try {
      return witness.online(organization);
    } finally {
      lock.unlock();
    }
  }

  // ---- questions

  @Override
  public List<PresenceView> query(String organization, Collection<UserId> users) {
    if (users.isEmpty()) {
      return List.of();
    }
    if (users.size() > MAX_CHANGES) {
      throw new IllegalArgumentException("more than " + MAX_CHANGES + " users");
    }
    List<String> ids = users.stream().map(UserId::value).toList();
    List<?> answer = ask(QUERY, organization, ids);
    List<PresenceView> views = new ArrayList<>(users.size());
    int at = 0;
    for (UserId user : users) {
      views.add(
          new PresenceView(
              user,
              answer.get(at).equals("1"),
              number(answer.get(at + 1)),
              answer.get(at + 2).toString()));
      at += 3;
    }
    return views;
  }

  @Override
  public List<PresenceView> present(PresenceScope scope, int maxUsers) {
    List<String> arguments = List.of(channel(scope), Integer.toString(maxUsers));
    List<?> answer = ask(PRESENT, scope.organization(), arguments);
    List<PresenceView> views = new ArrayList<>(answer.size() / 3);
    for (int at = 0; at < answer.size(); at += 3) {
      views.add(
          new PresenceView(
              new UserId(answer.get(at).toString()),
              true,
              number(answer.get(at + 1)),
              answer.get(at + 2).toString()));
    }
    return views;
  }

  private List<?> ask(RedisScript script, String organization, List<String> arguments) {
    List<String> keys =
        List.of(
            key(organization, "entries"),
            key(organization, "connections"),
            key(organization, "seen"));
    return (List<?>) answers(readers, List.of(script.call(keys, arguments))).get(0);
  }

  /** Scripts run twice do no harm: see above. */
  private static List<Object> answers(RedisPool pool, List<RedisScript.Call> scripts) {
    return pool.run(scripts).orElseThrow(RedisPresenceStore::away);
  }

  private static RealtimeException away() {
    return new RealtimeException(ErrorCode.OVERLOADED, "presence");
  }

  @Override
  public void close() {
    writer.close();
    readers.close();
  }
}
