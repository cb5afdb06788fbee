import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { Tab, Tabs, TabTitleText } from "@patternfly/react-core/dist/esm/components/Tabs";
import { type ReactNode, useState } from "react";
import { adminPath, get } from "../api/call.js";
import type { ChannelDetail } from "../api/types.js";
import { useLoad } from "../api/useLoad.js";
import type { DetailProps } from "../app/pages.js";
import { useMay } from "../app/rights.js";
import { go, href, usePlace } from "../app/router.js";
import { ChannelLabels } from "../parts/ChannelLabels.js";
import { Dialog } from "../parts/Dialog.js";
import { PageHead } from "../parts/PageHead.js";
import { Problem } from "../parts/Problem.js";
import { useSpeech } from "../text/index.js";
import { AuditTable } from "./audit/AuditTable.js";
import { Bans } from "./channel/Bans.js";
import { History } from "./channel/History.js";
import { Live } from "./channel/Live.js";
import { Members } from "./channel/Members.js";
import { Settings } from "./channel/Settings.js";
import { Statistics } from "./channel/Statistics.js";

const TABS = ["live", "members", "bans", "history", "settings", "statistics", "audit"] as const;
type TabName = (typeof TABS)[number];

/** One channel: what happens in it, who belongs to it, what was written, how it is set. */
export default function ChannelPage({ id }: DetailProps) {
  const { t } = useSpeech();
  const may = useMay();
  const { query } = usePlace();
  const [archiving, setArchiving] = useState(false);
  const channel = useLoad<ChannelDetail>(get(adminPath`channels/${id}`));
  const shown = TABS.filter(
    (tab) => (tab !== "history" || may("MESSAGES_READ")) && (tab !== "audit" || may("AUDIT_VIEW")),
  );
  const tab: TabName = shown.find((one) => one === query.get("tab")) ?? "live";

  if (channel.data === undefined) {
    return (
      <>
        <PageHead title={id} />
        <Problem error={channel.error} onRetry={channel.reload} />
        {channel.error === undefined ? (
          <Skeleton height="12rem" screenreaderText={t("loading")} />
        ) : null}
      </>
    );
  }
  const data = channel.data;
  return (
    <>
      <PageHead
        title={id}
        labels={<ChannelLabels channel={data} />}
        description={
          [data.title === id ? "" : data.title, data.topic]
            .filter((text) => text !== "")
            .join(" · ") || undefined
        }
        actions={
          <>
            {may("RIGHTS_EXPLAIN") ? (
              <Button variant="link" component="a" href={href(["explain"], { channel: id })}>
                {t("channel.explain")}
              </Button>
            ) : null}
            {may("CHANNELS_MANAGE") ? (
              <Button
                variant={data.archived ? "secondary" : "danger"}
                onClick={() => setArchiving(true)}
              >
                {t(data.archived ? "bulk.RESTORE" : "bulk.ARCHIVE")}
              </Button>
            ) : null}
          </>
        }
      />
      <Problem error={channel.error} onRetry={channel.reload} />
      <Tabs
        activeKey={tab}
        aria-label={t("channel.tabs")}
        onSelect={(_, key) => go(href(["channels", id], { tab: String(key) }))}
        mountOnEnter
        unmountOnExit
      >
        {shown.map((name) => (
          <Tab key={name} eventKey={name} title={<TabTitleText>{t(`tab.${name}`)}</TabTitleText>}>
            {tab === name ? <div className="adm-tab">{content(name, data, channel)}</div> : null}
          </Tab>
        ))}
      </Tabs>
      {archiving ? (
        <Dialog<ChannelDetail>
          title={t(data.archived ? "channel.restoreTitle" : "channel.archiveTitle", { name: id })}
          text={t(data.archived ? "channel.restoreText" : "channel.archiveText")}
          submit={t(data.archived ? "bulk.RESTORE" : "bulk.ARCHIVE")}
          danger={!data.archived}
          call={{
            method: "PATCH",
            path: adminPath`channels/${id}`,
            body: { archived: !data.archived },
          }}
          done={t("saved")}
          onClose={() => setArchiving(false)}
          onDone={() => {
            setArchiving(false);
            channel.reload();
          }}
        />
      ) : null}
    </>
  );
}

function content(
  tab: TabName,
  channel: ChannelDetail,
  { reload }: { reload: () => void },
): ReactNode {
  switch (tab) {
    case "live":
      return <Live channel={channel} onJoined={reload} />;
    case "members":
      return <Members channelId={channel.channelId} />;
    case "bans":
      return <Bans channelId={channel.channelId} />;
    case "history":
      return <History channelId={channel.channelId} />;
    case "settings":
      return <Settings key={JSON.stringify(channel.policy)} channel={channel} onSaved={reload} />;
    case "statistics":
      return <Statistics channelId={channel.channelId} />;
    case "audit":
      return <AuditTable fixed={{ channel: channel.channelId }} />;
  }
}
