package io.carillon.application;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Asker;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.ChannelRules;
import io.carillon.domain.channel.ChannelView;
import io.carillon.domain.channel.MemberRights;
import io.carillon.domain.channel.Membership;
import io.carillon.domain.channel.ViewQuestion;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.hub.AccessCheck;
import io.carillon.node.JointQuestions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * What the channels are and who may do what there: from the record, or, where an answer of the last
 * second will do, from memory. What is remembered is dropped as soon as a change of rights is
 * heard. Any thread; may wait for the database.
 */
@ApplicationScoped
public class ChannelDirectory implements AccessCheck {
  /**
   * How old a remembered answer may be; a revocation that nobody told of takes effect after that.
   */
  private static final Duration MAX_AGE = Duration.ofSeconds(1);

  /**
   * Remembered answers; beyond that all are dropped, since the next second would have dropped them
   * anyway.
   */
  private static final int MAX_REMEMBERED = 50_000;

  private static final int MAX_TOGETHER = 32; // users whose views are asked for in one query

  private record Question(ChannelKey channel, UserId user) {}

  private record Answer(
      Optional<ChannelRules> channel, Optional<MemberRights> member, long sinceNanos) {}

  private final ChannelRepository channels;
  private final Clock clock;
  private final Map<Question, Answer> answers = new ConcurrentHashMap<>();
  private final AtomicLong changes = new AtomicLong();
  private final JointQuestions<ViewQuestion, Map<ChannelName, ChannelView>> questions;

  protected ChannelDirectory() { // for the client proxy
    this.channels = null;
    this.clock = null;
    this.questions = null;
  }

  @Inject
  public ChannelDirectory(ChannelRepository channels, Clock clock) {
    this.channels = channels;
    this.clock = clock;
    this.questions = new JointQuestions<>(MAX_TOGETHER, channels::views);
  }

  /**
   * The channel as the record has it now, with the asker's membership. The own inbox and the
   * organization's announcements are made when they are first asked for.
   *
   * @return empty for a channel that does not exist
   */
  public Optional<ChannelView> view(Identity by, ChannelName name) {
    ChannelKey key = new ChannelKey(by.organization(), name);
    return channels.view(key, by.userId()).or(() -> madeFor(by, name));
  }

  /**
   * What the channels with these numbers are called, of the asker's organization; the right to read
   * them is not asked for.
   */
  public List<ChannelName> names(Identity by, Collection<Long> numbers) {
    return channels.names(by.organization(), numbers);
  }

  /**
   * Several channels as {@link #view} has them, asked for together with those that other threads
   * want to know at this moment; those that do not exist are left out. Never within the caller's
   * transaction.
   */
  public Map<ChannelName, ChannelView> views(Identity by, Set<ChannelName> names) {
    if (names.isEmpty()) {
      return Map.of();
    }
    Map<ChannelName, ChannelView> views =
        new HashMap<>(
            questions.ask(new ViewQuestion(by.organization(), by.userId(), Set.copyOf(names))));
    for (ChannelName name : names) {
      if (!views.containsKey(name)) {
        madeFor(by, name).ifPresent(view -> views.put(name, view));
      }
    }
    return views;
  }

  /** A channel that exists for everybody who may have it, and is made when it is asked for. */
  private Optional<ChannelView> madeFor(Identity by, ChannelName name) {
    return isOwnSystemChannel(by, name)
        ? Optional.of(
            new ChannelView(channels.ensureSystemChannel(new ChannelKey(by.organization(), name))))
        : Optional.empty();
  }

  private static boolean isOwnSystemChannel(Identity by, ChannelName name) {
    return name.equals(ChannelName.announcementsOf(by.organization()))
        || (by.kind() == Identity.Kind.USER && name.equals(ChannelName.inboxOf(by.userId())));
  }

  /** What somebody may do, at most a second old. Empty for a channel that does not exist. */
  public Optional<Access> recentAccess(Identity by, ChannelName name) {
    Answer answer = answer(by, new ChannelKey(by.organization(), name));
    return answer.channel().map(rules -> Access.of(by, rules, answer.member(), clock.millis()));
  }

  /** What kind of channel it is and what rules it has, at most a second old. */
  public Optional<ChannelRules> recentRules(Identity by, ChannelName name) {
    return answer(by, new ChannelKey(by.organization(), name)).channel();
  }

  private Answer answer(Identity by, ChannelKey key) {
    Question question = new Question(key, by.userId());
    Answer known = answers.get(question);
    if (known != null && System.nanoTime() - known.sinceNanos() < MAX_AGE.toNanos()) {
      return known;
    }
    long before = changes.get();
    long now = System.nanoTime();
    Optional<ChannelView> view = view(by, key.name());
    Answer fresh =
        new Answer(
            view.map(found -> found.channel().rules()),
            view.flatMap(ChannelView::membership).map(Membership::rights),
            now);
    if (answers.size() >= MAX_REMEMBERED) {
      answers.clear();
    }
    answers.put(question, fresh);
    if (changes.get() != before) {
      answers.remove(question); // what was read may be of before the change
    }
    return fresh;
  }

  @Override
  public Set<Asker> readersAmong(Set<Asker> askers) {
    Map<Asker, Access> found = channels.accessOf(askers);
    return askers.stream()
        .filter(asker -> found.containsKey(asker) && found.get(asker).mayRead())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Forgets what a change of rights concerns. */
  public void onRightsChange(RightsChange change) {
    changes.incrementAndGet();
    answers.keySet().removeIf(question -> change.concerns(question.channel(), question.user()));
  }

  /**
   * How many changes of rights were heard so far: an answer is current while this stays the same.
   */
  public long changesHeard() {
    return changes.get();
  }
}
