package io.carillon.rights;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Who may do what, said once and by hand: {@code docs/rights.md} is made from it, and the server is
 * held to it. It must never be computed from the code that it judges.
 */
final class RightsTable {
  /**
   * Columns as in {@link Subject#column}; {@code + - ? = # ! .} as in {@link Verdict}. One line may
   * speak for several channels.
   */
  private static final String TABLE =
      """
      SEE                          o m w r q n g a p v s c e k f h
      open,members,mods            + + + + + + + + + + + + + + - -
      list,archive                 + + + + + + + + + + + + + + - -
      private,plist                + + + + + - - + + - + + - + - -
      pubsub,parchive              + + + + + - - + + - + + - + - -
      inbox                        + + + + + + + + + + + + + - + +
      org                          + + + + + + + + + + + + + + - -
      theirs,missing               - - - - - - - - - - - - - - - -

      READ                         o m w r q n g a p v s c e k f h
      open,members,mods            + + + + + + + + + + + + + + - -
      list,archive                 + + + + + + + + + + + + + + - -
      private,plist                + + + + + - - - - - - - - + - -
      pubsub,parchive              + + + + + - - - - - - - - + - -
      inbox                        + + + + + + + + + + + + + - + +
      org                          + + + + + + + + + + + + + + - -
      theirs,missing               - - - - - - - - - - - - - - - -

      PUBLISH                      o m w r q n g a p v s c e k f h
      open,list                    + + + - - + + + + + + + + + - -
      members                      + + + - - - - - - - - - - + - -
      mods                         + + - - - - - - - - - - - - - -
      private,plist,pubsub         + + + - - - - - - - - - - + - -
      archive                      # # # - - # # # # # # # # # - -
      parchive                     # # # - - - - - - - - - - # - -
      inbox,theirs,org,missing     - - - - - - - - - - - - - - - -

      CHANGE_OWN                   o m w r q n g a p v s c e k f h
      open,list                    + + + - - + + + + + + + + + - -
      members                      + + + - - - - - - - - - - + - -
      mods                         + + - - - - - - - - - - - - - -
      private,plist                + + + - - - - - - - - - - + - -
      pubsub                       ? ? ? ? ? - - - - - - - - ? - -
      archive                      # # # - - # # # # # # # # # - -
      parchive                     # # # - - - - - - - - - - # - -
      inbox,theirs,org,missing     - - - - - - - - - - - - - - - -

      CHANGE_OTHERS                o m w r q n g a p v s c e k f h
      open,members,mods,private    + + - - - - - - - - - - - - - -
      list                         + + + - - + + + + + + + + + - -
      plist                        + + + - - - - - - - - - - + - -
      pubsub                       ? ? ? ? ? - - - - - - - - ? - -
      archive,parchive             # # - - - - - - - - - - - - - -
      inbox,theirs,org,missing     - - - - - - - - - - - - - - - -

      READ_ITEMS                   o m w r q n g a p v s c e k f h
      list                         + + + + + + + + + + + + + + - -
      plist                        + + + + + - - - - - - - - + - -
      open,members,mods,archive    ? ? ? ? ? ? ? ? ? ? ? ? ? ? - -
      private,pubsub,parchive      ? ? ? ? ? - - - - - - - - ? - -
      inbox                        ? ? ? ? ? ? ? ? ? ? ? ? ? - ? ?
      theirs                       - - - - - - - ? ? - - - - ? - -
      org                          ? ? ? ? ? ? ? ? ? ? ? ? ? ? - -
      missing                      - - - - - - - - - - - - - - - -

      HEAR_ITEMS                   o m w r q n g a p v s c e k f h
      list                         + + + + + + + + + + + + + + - -
      plist                        + + + + + - - - - - - - - + - -
      open,members,mods,archive    ? ? ? ? ? ? ? ? ? ? ? ? ? ? - -
      private,pubsub,parchive      ? ? ? ? ? - - - - - - - - ? - -
      inbox                        ? ? ? ? ? ? ? ? ? ? ? ? ? - ? ?
      org                          ? ? ? ? ? ? ? ? ? ? ? ? ? ? - -
      theirs,missing               - - - - - - - - - - - - - - - -

      WRITE_ITEMS                  o m w r q n g a p v s c e k f h
      list                         + + + - - + + + + + + + + + - -
      plist                        + + + - - - - - - - - - - + - -
      open,members,mods,archive    ? ? ? ? ? ? ? ? ? ? ? ? ? ? - -
      private,pubsub,parchive      ? ? ? ? ? - - - - - - - - ? - -
      inbox                        ? ? ? ? ? ? ? ? ? ? ? ? ? - ? ?
      theirs                       - - - - - - - ? ? - - - - ? - -
      org                          ? ? ? ? ? ? ? ? ? ? ? ? ? ? - -
      missing                      - - - - - - - - - - - - - - - -

      TYPING                       o m w r q n g a p v s c e k f h
      open,list                    + + + . . + + + + + + + + . . .
      members                      + + + . . . . . . . . . . . . .
      mods                         + + . . . . . . . . . . . . . .
      private,plist,pubsub         + + + . . . . . . . . . . . . .
      archive,parchive             . . . . . . . . . . . . . . . .
      inbox,theirs,org,missing     . . . . . . . . . . . . . . . .

      MANAGE                       o m w r q n g a p v s c e k f h
      open,members,mods,private    + - - - - - - + + - - + - + - -
      list,plist,pubsub            + - - - - - - + + - - + - + - -
      archive,parchive             + - - - - - - + + - - + - + - -
      inbox,theirs,org,missing     - - - - - - - - - - - - - - - -

      ADD                          o m w r q n g a p v s c e k f h
      open,members,mods,private    + + - - - - - + + - - + - + - -
      list,plist,pubsub            + + - - - - - + + - - + - + - -
      archive,parchive             + + - - - - - + + - - + - + - -
      inbox,theirs,org,missing     - - - - - - - - - - - - - - - -

      ALTER                        o m w r q n g a p v s c e k f h
      open,members,mods,private    + + - - - - - + + - + + - + - -
      list,plist,pubsub            + + - - - - - + + - + + - + - -
      archive,parchive             + + - - - - - + + - + + - + - -
      inbox                        ? ? ? ? ? ? ? ? ? ? ? ? ? - ? ?
      org                          ? ? ? ? ? ? ? ? ? ? ? ? ? ? - -
      theirs,missing               - - - - - - - - - - - - - - - -

      ALTER_ROLE                   o m w r q n g a p v s c e k f h
      open,members,mods,private    + + - - - - - + + - - + - + - -
      list,plist,pubsub            + + - - - - - + + - - + - + - -
      archive,parchive             + + - - - - - + + - - + - + - -
      inbox                        ? ? ? ? ? ? ? ? ? ? ? ? ? - ? ?
      org                          ? ? ? ? ? ? ? ? ? ? ? ? ? ? - -
      theirs,missing               - - - - - - - - - - - - - - - -

      ALTER_PEER                   o m w r q n g a p v s c e k f h
      open,members,mods,private    + - - - - - - + + - - + - + - -
      list,plist,pubsub            + - - - - - - + + - - + - + - -
      archive,parchive             + - - - - - - + + - - + - + - -
      inbox                        ? ? ? ? ? ? ? ? ? ? ? ? ? - ? ?
      org                          ? ? ? ? ? ? ? ? ? ? ? ? ? ? - -
      theirs,missing               - - - - - - - - - - - - - - - -

      JOIN                         o m w r q n g a p v s c e k f h
      open,members,mods            = = = = = + + + + + + + + ! - -
      list,archive                 = = = = = + + + + + + + + ! - -
      private,plist                = = = = = - - + + - - + - ! - -
      pubsub,parchive              = = = = = - - + + - - + - ! - -
      inbox,theirs,org,missing     - - - - - - - - - - - - - ! - -

      LEAVE                        o m w r q n g a p v s c e k f h
      open,members,mods            = + + + + ? ? ? ? ? ? ? ? ? - -
      list,archive                 = + + + + ? ? ? ? ? ? ? ? ? - -
      private,plist                = + + + + - - ? ? - ? ? - ? - -
      pubsub,parchive              = + + + + - - ? ? - ? ? - ? - -
      inbox                        ? ? ? ? ? ? ? ? ? ? ? ? ? - ? ?
      org                          ? ? ? ? ? ? ? ? ? ? ? ? ? ? - -
      theirs,missing               - - - - - - - - - - - - - - - -

      OTHER ROUTES                 o m w r q n g a p v s c e k f h
      ANYBODY                      + + + + + + + + + + + + + + + +
      PEOPLE                       + + + + + + + + + + + + + - + +
      ADMINS_AND_PROGRAMS          - - - - - - - + + - - - - + - +
      ADMINS                       - - - - - - - + + - - - - - - +
      ENDING_PROOFS                - - - - - - - + + - - - - - - ?
      OF_ANOTHER                   ? ? ? ? ? ? ? ? ? ? ? ? ? - ? ?
      SESSIONS                     - - - - - - - - - - - - - - - -
      ADMINISTRATORS               - - - - - - - + + + + + + - - +
      ADMINISTRATORS_HERE          - - - - - - - + + + + + + - - -
      ADMINISTRATORS_OF_USER       - - - - - - - + + + + + + - - ?
      OBSERVERS                    - - - - - - - + + + - - + - - +
      CHANNEL_MANAGERS             - - - - - - - + + - - + - - - +
      CHANNEL_MANAGERS_HERE        - - - - - - - + + - - + - - - -
      ORDER_KEEPERS                - - - - - - - + + - + + - - - -
      ACCOUNT_KEEPERS              - - - - - - - + + - - - - - - +
      ACCOUNT_KEEPERS_HERE         - - - - - - - + + - - - - - - ?
      SERVER_KEEPERS               - - - - - - - + + - - - + - - -
      NOBODY                       - - - - - - - - - - - - - - - -
      TAKEN                        = = = = = = = = = = = = = = + +
      NONSENSE                     ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! !
      OPEN                         + + + + + + + + + + + + + + + +
      """;

  private static final String OTHERS = "OTHER ROUTES";

  private final Map<Rule, Map<Place, Map<Subject, Verdict>>> ofChannels = new EnumMap<>(Rule.class);
  private final Map<Rule, Map<Subject, Verdict>> ofOthers = new EnumMap<>(Rule.class);

  private RightsTable() {}

  /** The table, complete: a rule, channel or caller that it leaves out is an error. */
  static RightsTable read() {
    RightsTable table = new RightsTable();
    for (String block : TABLE.split("\n\n")) {
      table.readBlock(block.lines().toList());
    }
    for (Rule rule : Rule.values()) {
      boolean complete =
          rule.isOfChannels()
              ? table.ofChannels.getOrDefault(rule, Map.of()).size() == Place.values().length
              : table.ofOthers.containsKey(rule);
      if (!complete) {
        throw new IllegalStateException("the table is not complete for " + rule);
      }
    }
    return table;
  }

  private void readBlock(List<String> lines) {
    String head = lines.get(0);
    List<Subject> columns =
        Arrays.stream(head.substring(head.indexOf(" o ") + 1).split(" "))
            .map(RightsTable::subject)
            .toList();
    String name = head.substring(0, head.indexOf(" o ")).strip();
    for (String line : lines.subList(1, lines.size())) {
      String[] parts = line.split(" +", 2);
      Map<Subject, Verdict> verdicts = verdicts(columns, parts[1]);
      if (name.equals(OTHERS)) {
        putOnce(ofOthers, Rule.valueOf(parts[0]), verdicts);
      } else {
        for (String code : parts[0].split(",")) {
          Map<Place, Map<Subject, Verdict>> places =
              ofChannels.computeIfAbsent(Rule.valueOf(name), r -> new EnumMap<>(Place.class));
          putOnce(places, place(code), verdicts);
        }
      }
    }
  }

  private static <K> void putOnce(
      Map<K, Map<Subject, Verdict>> rows, K key, Map<Subject, Verdict> verdicts) {
    if (rows.put(key, verdicts) != null) {
      throw new IllegalStateException("two rows for " + key);
    }
  }

  private static Map<Subject, Verdict> verdicts(List<Subject> columns, String signs) {
    String row = signs.replace(" ", "");
    if (row.length() != columns.size()) {
      throw new IllegalStateException("not one verdict for each caller: " + signs);
    }
    Map<Subject, Verdict> verdicts = new EnumMap<>(Subject.class);
    for (int i = 0; i < row.length(); i++) {
      verdicts.put(columns.get(i), Verdict.of(row.charAt(i)));
    }
    return verdicts;
  }

  private static Subject subject(String column) {
    return Arrays.stream(Subject.values())
        .filter(subject -> subject.column().equals(column))
        .findFirst()
        .orElseThrow();
  }

  private static Place place(String code) {
    return Arrays.stream(Place.values())
        .filter(place -> place.code().equals(code))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no channel " + code));
  }

  /**
   * What the caller is told. Nobody gets anything without valid credentials, but for what is {@link
   * Rule#OPEN}.
   *
   * @param place any, for a rule that is not of channels
   */
  Verdict verdict(Rule rule, Place place, Subject subject) {
    if (!subject.isKnown() && rule != Rule.OPEN) {
      return subject == Subject.EXPIRED ? Verdict.TOKEN_EXPIRED : Verdict.UNAUTHENTICATED;
    }
    if (!subject.isKnown()) {
      return Verdict.ALLOWED;
    }
    return rule.isOfChannels()
        ? ofChannels.get(rule).get(place).get(subject)
        : ofOthers.get(rule).get(subject);
  }

  // ---- the document

  /** The whole of {@code docs/rights.md}. */
  String markdown(List<Operation> operations) {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # Who may do what

        This page is made from the table in `RightsTable` (tests of the module `tomcat`), to which \
        `RightsMatrixIT` holds
        the running server: every route and every frame, for each kind of caller and channel. After \
        a change of the table
        `mvn -pl tomcat -am verify -Dit.test=RightsMatrixIT -Dfailsafe.failIfNoSpecifiedTests=false \
        -DupdateRights=true`
        writes it anew.

        A refusal is the same, byte for byte, whether the channel does not exist or the caller may \
        not know of it.

        | in the tables | means |
        |---|---|
        | yes | done, with the status beside the route |
        | – | `FORBIDDEN` (403) |
        | 404 | `NOT_FOUND` (404) |
        | conflict | `CONFLICT` (409) |
        | archived | `ARCHIVED` (409) |
        | malformed | `MALFORMED` (400) |
        | ignored | acknowledged, and without effect |

        | caller | who that is |
        |---|---|
        """);
    for (Subject subject : Subject.values()) {
      text.append("| %s | %s |\n".formatted(subject.title(), subject.meaning()));
    }
    text.append(
        """

        Without credentials, and with those that were taken back, the answer is \
        `UNAUTHENTICATED` (401), with an expired
        token `TOKEN_EXPIRED` (401), whatever is asked for; on a socket, before the upgrade. The exceptions are listed at the end.

        A public channel is open to everybody in the organization as if a writer, unless its policy \
        leaves publishing
        to members or moderators, and everybody may join it as a writer. So a removal, a mute and \
        the role of a reader
        last there until that user leaves and comes anew: to keep somebody out, a channel has to be \
        private.

        ## How fast a change acts

        Rights, and whether token, key and account are still good, are read in the transaction \
        of every send, edit
        and delete: what was taken back is refused at once, on every node. Whoever listens and \
        no longer may is cut off
        within a second, on every node, with Redis or without: each node looks into the \
        database for changes every
        0.4 s. Everything else goes by answers that are a second old at most: typing, requests \
        by HTTP, and publishing to a
        channel without a log.

        A node that has not been able to look for 5 s holds back messages until it can; clients \
        then get those that
        are in the log. After a longer absence (a suspended machine, a database restored) it \
        asks again for everybody who
        listens. How long ago it looked is `carillon_rights_age_seconds`.

        ## Channels
        """);
    for (Rule rule : Rule.values()) {
      if (rule.isOfChannels()) {
        writeRule(rule, operations, text);
      }
    }
    text.append("\n## Everything else\n");
    for (Rule rule : Rule.values()) {
      if (!rule.isOfChannels()) {
        writeRule(rule, operations, text);
      }
    }
    return text.toString();
  }

  private void writeRule(Rule rule, List<Operation> operations, StringBuilder text) {
    text.append("\n### %s\n\n%s.\n\n".formatted(rule.title(), capital(rule.about())));
    List<Subject> columns =
        Arrays.stream(Subject.values()).filter(s -> s.isKnown() || rule == Rule.OPEN).toList();
    String first = rule.isOfChannels() ? "channel" : "";
    text.append("| ").append(first).append(" | ");
    text.append(columns.stream().map(Subject::title).collect(Collectors.joining(" | ")));
    text.append(" |\n|").append("---|".repeat(columns.size() + 1)).append('\n');
    for (Place place : rule.isOfChannels() ? Place.values() : new Place[] {Place.MISSING}) {
      text.append("| ").append(rule.isOfChannels() ? place.title() : "").append(" | ");
      text.append(
          columns.stream()
              .map(subject -> verdict(rule, place, subject).title())
              .collect(Collectors.joining(" | ")));
      text.append(" |\n");
    }
    text.append('\n');
    operations.stream()
        .filter(operation -> operation.rule() == rule)
        .forEach(operation -> text.append("- ").append(operation.markdown()).append('\n'));
  }

  private static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
