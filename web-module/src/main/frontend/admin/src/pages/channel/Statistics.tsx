import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { adminPath, get } from "../../api/call.js";
import { type ChannelStatistics, MEMBER_ROLES } from "../../api/types.js";
import { useLoad } from "../../api/useLoad.js";
import { Bars } from "../../charts/Bars.js";
import { Problem } from "../../parts/Problem.js";
import { Facts, When } from "../../parts/Shown.js";
import { useSpeech } from "../../text/index.js";

/** A channel in figures. */
export function Statistics({ channelId }: { channelId: string }) {
  const { t, number, bytes, day } = useSpeech();
  const { data, error, reload } = useLoad<ChannelStatistics>(
    get(adminPath`channels/${channelId}/statistics`),
  );
  if (data === undefined) {
    return error === undefined ? (
      <Skeleton height="12rem" screenreaderText={t("loading")} />
    ) : (
      <Problem error={error} onRetry={reload} />
    );
  }
  return (
    <div className="adm-stack">
      <Facts
        facts={[
          [t("stats.messages"), number(data.messages)],
          [t("stats.edited"), number(data.edited)],
          [t("stats.deleted"), number(data.deleted)],
          [t("stats.authors"), number(data.authors)],
          [t("stats.bytes"), bytes(data.payloadBytes)],
          [t("stats.first"), <When key="first" at={data.firstAt} />],
          [t("stats.last"), <When key="last" at={data.lastAt} />],
          [t("channel.listeners"), number(data.listeners)],
          ...MEMBER_ROLES.map(
            (role) => [t(`member.${role}`), number(data.members[role] ?? 0)] as const,
          ),
          [t("tab.bans"), number(data.banned)],
        ]}
      />
      <section className="adm-card" aria-label={t("stats.perDay")}>
        <h2>{t("stats.perDay")}</h2>
        {data.perDay.length === 0 ? (
          <p className="adm-subtle">{t("history.empty")}</p>
        ) : (
          <Bars
            title={t("stats.perDay")}
            bars={data.perDay.map((one) => ({ label: day(one.day), value: one.messages }))}
          />
        )}
      </section>
    </div>
  );
}
