package io.carillon.persistence;

import static io.carillon.persistence.Fixture.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.channel.Channel;
import io.carillon.domain.message.LogPage;
import io.carillon.domain.message.Publication;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class MessageRepositoryContract {
  private Fixture f;

  @BeforeEach
  void open(TestDatabase database) {
    f = new Fixture(database);
  }

  @Test
  void smoke() {
    Channel general = f.chat("general");
    Publication first = f.stored(send(general, f.user("alice"), "one"));
    assertThat(first.offset()).isEqualTo(1);
    LogPage page = f.log.readAfter(general.key(), 0, 10, 1000).orElseThrow();
    assertThat(page.publications()).hasSize(1);
    assertThat(f.log.historyBefore(general.key(), Long.MAX_VALUE, 10, 1000).messages()).hasSize(1);
    assertThat(f.log.historyAfter(general.key(), 0, 10, 1000).messages()).hasSize(1);
    assertThat(f.channels.listVisible(f.organization, f.user("x").userId(), "", 10)).hasSize(1);
    assertThat(f.log.unread(f.user("x").userId(), java.util.List.of(general.key())))
        .containsEntry(general.key(), 1L);
    assertThat(f.log.unreadNotifications(general.key())).isZero();
    assertThat(f.log.idsBelow(general.key(), io.carillon.domain.message.InboxState.READ, 10))
        .isEmpty();
    assertThat(f.log.prune(0, 10)).isZero();
  }
}
