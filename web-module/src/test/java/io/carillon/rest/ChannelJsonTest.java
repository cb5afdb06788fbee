package io.carillon.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.application.ChannelSettings;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.ConflictRule;
import io.carillon.domain.channel.PublishPolicy;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.json.Json;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelJsonTest {
  private static final ChannelSettings PRESENT =
      new ChannelSettings(
          "Title",
          "Topic",
          Visibility.PRIVATE,
          new ChannelPolicy(86_400_000, PublishPolicy.MEMBERS, 10, 5_000, ConflictRule.VERSIONED),
          false);

  private static ChannelSettings changed(String body) {
    return ChannelJson.changed(PRESENT, Json.parseObject(body));
  }

  @Test
  void leavesWhatTheBodyDoesNotNameOrNamesNull() {
    assertThat(changed("{}")).isEqualTo(PRESENT);
    assertThat(
            changed(
                "{\"title\":null,\"topic\":null,\"visibility\":null,\"policy\":null,"
                    + "\"archived\":null,\"kind\":\"LIST\",\"channelId\":\"x\"}"))
        .isEqualTo(PRESENT);
    assertThat(changed("{\"policy\":{}}")).isEqualTo(PRESENT);
  }

  @Test
  void changesEachMemberAlone() {
    assertThat(changed("{\"title\":\"\"}").title()).isEmpty();
    assertThat(changed("{\"topic\":\"x\"}").topic()).isEqualTo("x");
    assertThat(changed("{\"visibility\":\"public\"}").visibility()).isEqualTo(Visibility.PUBLIC);
    assertThat(changed("{\"archived\":true}").archived()).isTrue();
    ChannelPolicy policy = PRESENT.policy();
    assertThat(changed("{\"policy\":{\"publish\":\"MODERATORS\"}}").policy())
        .isEqualTo(policy.withPublish(PublishPolicy.MODERATORS));
    assertThat(changed("{\"policy\":{\"maxMessageBytes\":0}}").policy())
        .isEqualTo(policy.withMaxMessageBytes(0));
    assertThat(changed("{\"policy\":{\"slowModeSeconds\":86400}}").policy())
        .isEqualTo(policy.withSlowModeMillis(86_400_000));
    assertThat(changed("{\"policy\":{\"conflicts\":\"LAST_WRITE_WINS\"}}").policy())
        .isEqualTo(policy.withConflicts(ConflictRule.LAST_WRITE_WINS));
  }

  @ParameterizedTest
  @CsvSource({"FOREVER,-1", "NONE,0", "P30D,2592000000", "PT1H,3600000", "PT0.001S,1"})
  void readsHowLongHistoryIsKept(String text, long millis) {
    assertThat(changed("{\"policy\":{\"history\":\"" + text + "\"}}").policy().historyMillis())
        .isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"title\":1}",
        "{\"archived\":\"true\"}",
        "{\"visibility\":\"HIDDEN\"}",
        "{\"policy\":[]}",
        "{\"policy\":{\"history\":\"forever\"}}",
        "{\"policy\":{\"history\":\"PT0S\"}}",
        "{\"policy\":{\"history\":\"-P1D\"}}",
        "{\"policy\":{\"history\":\"P1Y\"}}",
        "{\"policy\":{\"history\":\"P99999999999999D\"}}",
        "{\"policy\":{\"history\":\"PT9223372036854775807S\"}}",
        "{\"policy\":{\"history\":\"P36501D\"}}",
        "{\"policy\":{\"history\":1}}",
        "{\"policy\":{\"slowModeSeconds\":-1}}",
        "{\"policy\":{\"slowModeSeconds\":86401}}",
        "{\"policy\":{\"slowModeSeconds\":9223372036854775807}}",
        "{\"policy\":{\"slowModeSeconds\":1.5}}",
        "{\"policy\":{\"maxMessageBytes\":-1}}",
        "{\"policy\":{\"maxMessageBytes\":1000001}}",
        "{\"policy\":{\"maxMessageBytes\":4294967296}}",
        "{\"policy\":{\"publish\":\"NOBODY\"}}"
      })
  void refusesWhatIsOutOfRangeOrOfAnotherType(String body) {
    assertThatThrownBy(() -> changed(body))
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
  }

  @Test
  void keepsDurationsOverAWriteAndARead() {
    for (Duration kept : new Duration[] {Duration.ofDays(7), Duration.ofMinutes(90)}) {
      String text = ChannelJson.history(PRESENT.policy().withHistoryMillis(kept.toMillis()));
      assertThat(changed("{\"policy\":{\"history\":\"" + text + "\"}}").policy().historyMillis())
          .isEqualTo(kept.toMillis());
    }
  }
}
