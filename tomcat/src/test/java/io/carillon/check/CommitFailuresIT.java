package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.Transactional;
import jakarta.transaction.TransactionalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A commit may fail, and whoever asked for it must hear of that by an exception that the method may
 * throw: what no {@code catch} expects ends threads, and leaves connections standing.
 */
class CommitFailuresIT {
  @TempDir static Path folder;
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestBeans.in(() -> TestNode.onH2(folder, Map.of()), FailingCommits.class);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** Methods whose commits fail. */
  @ApplicationScoped
  static class FailingCommits {
    @Inject TransactionSynchronizationRegistry transactions;

    @Transactional
    public void required() {
      fail();
    }

    @Transactional(Transactional.TxType.REQUIRES_NEW)
    public void requiresNew() {
      fail();
    }

    private void fail() {
      assertThat(transactions.getTransactionStatus()).isEqualTo(Status.STATUS_ACTIVE);
      transactions.registerInterposedSynchronization(
          new Synchronization() {
            @Override
            public void beforeCompletion() {
              throw new IllegalStateException("it cannot be committed");
            }

            @Override
            public void afterCompletion(int status) {}
          });
    }
  }

  @Test
  void areUncheckedInTransactionsThatMayBeTheCallers() {
    assertThatThrownBy(() -> TestBeans.get(FailingCommits.class).required())
        .isInstanceOf(TransactionalException.class);
  }

  @Test
  void areUncheckedInTransactionsOfTheirOwn() {
    assertThatThrownBy(() -> TestBeans.get(FailingCommits.class).requiresNew())
        .isInstanceOf(TransactionalException.class);
  }

  /** Each kind of transaction is a binding of its own, so a new one needs an interceptor too. */
  @Test
  void areLookedAtForEachKindOfTransactionThatCommits() throws IOException {
    Set<String> kinds = new TreeSet<>();
    Pattern kind = Pattern.compile("@Transactional\\([\\w.]*TxType\\.(\\w+)");
    for (String module : Set.of("persistence", "ejb-module", "web-module", "tomcat")) {
      Path sources = Path.of("..", module, "src", "main", "java");
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(name -> name.toString().endsWith(".java")).toList()) {
          Matcher found = kind.matcher(Files.readString(file));
          while (found.find()) {
            kinds.add(found.group(1));
          }
        }
      }
    }
    assertThat(kinds).isSubsetOf("REQUIRES_NEW", "MANDATORY"); // the latter commits nothing
  }
}
