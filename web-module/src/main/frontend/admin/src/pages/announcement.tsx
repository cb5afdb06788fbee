import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Progress } from "@patternfly/react-core/dist/esm/components/Progress";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { Switch } from "@patternfly/react-core/dist/esm/components/Switch";
import { useState } from "react";
import { adminPath, get } from "../api/call.js";
import type { Announcement, Recipient } from "../api/types.js";
import { useLoad } from "../api/useLoad.js";
import type { DetailProps } from "../app/pages.js";
import { useMay } from "../app/rights.js";
import { go, href, setQuery, usePlace } from "../app/router.js";
import { Dialog } from "../parts/Dialog.js";
import { Empty } from "../parts/Empty.js";
import { FilterBar } from "../parts/Filters.js";
import { PageHead } from "../parts/PageHead.js";
import { Pager } from "../parts/Pager.js";
import { Problem } from "../parts/Problem.js";
import { ChannelLink, Facts, UserLink, When } from "../parts/Shown.js";
import { Table } from "../parts/Table.js";
import { usePaged } from "../parts/usePaged.js";
import { useSpeech } from "../text/index.js";
import { AnnouncementLabels } from "./announcements/Labels.js";

/** One announcement: what it says, whom it reached, and who has not answered yet. */
export default function AnnouncementPage({ id }: DetailProps) {
  const { t, number } = useSpeech();
  const may = useMay();
  const [cancelling, setCancelling] = useState(false);
  const { data, error, reload } = useLoad<Announcement>(get(adminPath`announcements/${id}`));
  if (data === undefined) {
    return (
      <>
        <PageHead title={t("page.announcements")} />
        {error === undefined ? (
          <Skeleton height="12rem" screenreaderText={t("loading")} />
        ) : (
          <Problem error={error} onRetry={reload} />
        )}
      </>
    );
  }
  const { audience, recipients } = data;
  return (
    <>
      <PageHead
        title={data.title}
        labels={<AnnouncementLabels of={data} />}
        description={data.message ?? undefined}
        actions={
          <>
            <Button variant="secondary" onClick={reload}>
              {t("reload")}
            </Button>
            {may("ANNOUNCEMENTS_SEND") && data.state === "SCHEDULED" ? (
              <Button variant="danger" onClick={() => setCancelling(true)}>
                {t("announce.cancel")}
              </Button>
            ) : null}
          </>
        }
      />
      <Problem error={error} onRetry={reload} />
      {data.failure === null ? null : (
        <Alert isInline variant="danger" component="h2" title={t("announce.FAILED")}>
          <code>{data.failure}</code>
        </Alert>
      )}
      <Facts
        facts={[
          [t("announce.by"), <UserLink key="by" id={data.createdBy} />],
          [t("created"), <When key="created" at={data.createdAt} />],
          [t("announce.SCHEDULED"), <When key="scheduled" at={data.scheduledAt} />],
          [t("announce.SENT"), <When key="sent" at={data.sentAt} />],
          [
            t("announce.audience"),
            audience.kind === "CHANNEL" ? (
              <ChannelLink key="audience" id={audience.channelId} />
            ) : audience.kind === "ROLES" ? (
              audience.roles.map((role) => t(`role.${role}`)).join(", ")
            ) : audience.kind === "USERS" ? (
              t("announce.count", { count: number(audience.userIds.length) })
            ) : (
              t("audience.EVERYBODY")
            ),
          ],
          [t("announce.type"), data.type],
          [t("announce.url"), data.url ?? "–"],
        ]}
      />
      {recipients === null ? (
        <p className="adm-subtle">{t("announce.noRecipients")}</p>
      ) : (
        <>
          <div className="adm-tiles">
            {(["seen", "read", "acknowledged"] as const).map((step) => (
              <div key={step} className="adm-card">
                <Progress
                  title={t(`recipient.${step}`)}
                  value={recipients.total === 0 ? 0 : (recipients[step] / recipients.total) * 100}
                  label={`${number(recipients[step])} / ${number(recipients.total)}`}
                  valueText={`${recipients[step]} / ${recipients.total}`}
                />
              </div>
            ))}
          </div>
          <Recipients id={id} must={data.mustAcknowledge} />
        </>
      )}
      {cancelling ? (
        <Dialog
          title={t("announce.cancel")}
          text={t("announce.cancelText")}
          submit={t("announce.cancel")}
          danger
          call={{ method: "DELETE", path: adminPath`announcements/${id}` }}
          done={t("announce.CANCELLED")}
          onClose={() => setCancelling(false)}
          onDone={() => go(href(["announcements"]))}
        />
      ) : null}
    </>
  );
}

function Recipients({ id, must }: { id: string; must: boolean }) {
  const { t } = useSpeech();
  const { query } = usePlace();
  const pending = query.get("pending") === "true";
  const list = usePaged<Recipient>(adminPath`announcements/${id}/recipients`, {
    pending: pending ? "true" : null,
  });
  return (
    <>
      <FilterBar>
        <Switch
          label={t(must ? "recipient.pending" : "recipient.unread")}
          isChecked={pending}
          onChange={(_, checked) => setQuery({ pending: checked ? "true" : null, after: null })}
        />
      </FilterBar>
      <Problem error={list.error} onRetry={list.reload} />
      <Table
        label={t("recipient.title")}
        columns={[
          {
            key: "user",
            label: t("user"),
            render: (one: Recipient) => <UserLink id={one.userId} name={one.name} />,
          },
          { key: "state", label: t("state"), render: (one) => t(`recipient.${one.state}`) },
        ]}
        rows={list.data?.items}
        rowKey={(one) => one.userId}
        loading={list.loading}
        empty={<Empty title={t(pending ? "recipient.nobody" : "recipient.none")} />}
      />
      <Pager paged={list} />
    </>
  );
}
