import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { useState } from "react";
import { adminPath, get } from "../api/call.js";
import type { UserDetail } from "../api/types.js";
import { useLoad } from "../api/useLoad.js";
import type { DetailProps } from "../app/pages.js";
import { useMay } from "../app/rights.js";
import { href } from "../app/router.js";
import { Empty } from "../parts/Empty.js";
import { PageHead } from "../parts/PageHead.js";
import { Problem } from "../parts/Problem.js";
import { RowMenu } from "../parts/RowMenu.js";
import { ChannelLink, Facts, Online, When } from "../parts/Shown.js";
import { Table } from "../parts/Table.js";
import { useSpeech } from "../text/index.js";
import { UserDialog, type UserDoing, userActions } from "./user/UserDialog.js";

/** One user: role, state, channels, and the ways to their connections and their trail. */
export default function UserPage({ id }: DetailProps) {
  const { t, number } = useSpeech();
  const may = useMay();
  const [doing, setDoing] = useState<UserDoing | null>(null);
  const { data: user, error, reload } = useLoad<UserDetail>(get(adminPath`users/${id}`));
  if (user === undefined) {
    return (
      <>
        <PageHead title={id} />
        {error === undefined ? (
          <Skeleton height="12rem" screenreaderText={t("loading")} />
        ) : (
          <Problem error={error} onRetry={reload} />
        )}
      </>
    );
  }
  return (
    <>
      <PageHead
        title={user.name}
        labels={
          <span className="adm-labels">
            <Online online={user.online} />
            {user.locked ? (
              <Label isCompact color="red">
                {t("users.locked")}
              </Label>
            ) : null}
          </span>
        }
        description={user.userId}
        actions={
          may("USERS_MANAGE") ? (
            <RowMenu
              label={t("actionsOf", { name: id })}
              text={t("table.actions")}
              actions={userActions(user, t, setDoing)}
            />
          ) : null
        }
      />
      <Problem error={error} onRetry={reload} />
      <Facts
        facts={[
          [t("role"), t(`role.${user.role}`)],
          [t("users.account"), t(user.local ? "users.local" : "users.external")],
          [t("created"), <When key="created" at={user.createdAt} />],
          [
            t("page.connections"),
            may("CONNECTIONS_VIEW") ? (
              <a key="connections" href={href(["connections"], { userId: id })}>
                {number(user.connections)}
              </a>
            ) : (
              number(user.connections)
            ),
          ],
        ]}
      />
      <div className="adm-filters">
        {may("AUDIT_VIEW") ? (
          <Button variant="secondary" component="a" href={href(["audit"], { target: id })}>
            {t("user.trail")}
          </Button>
        ) : null}
        {may("RIGHTS_EXPLAIN") ? (
          <Button variant="secondary" component="a" href={href(["explain"], { userId: id })}>
            {t("page.explain")}
          </Button>
        ) : null}
      </div>
      <h2 className="adm-section-title">{t("page.channels")}</h2>
      <Table
        label={t("page.channels")}
        columns={[
          {
            key: "channel",
            label: t("channel.name"),
            render: (row: UserDetail["channels"][number]) => <ChannelLink id={row.channelId} />,
          },
          {
            key: "role",
            label: t("role"),
            render: (row) => (row.role === null ? "–" : t(`member.${row.role}`)),
          },
          {
            key: "state",
            label: t("state"),
            render: (row) => (
              <span className="adm-labels">
                {row.banned ? (
                  <Label isCompact color="red">
                    {t("member.banned")}
                  </Label>
                ) : null}
                {row.mutedUntil === null ? null : (
                  <Label isCompact color="orange">
                    {t("member.muted")} <When at={row.mutedUntil} />
                  </Label>
                )}
              </span>
            ),
          },
        ]}
        rows={user.channels}
        rowKey={(row) => row.channelId}
        empty={<Empty title={t("user.noChannels")} />}
      />
      {doing === null ? null : (
        <UserDialog
          {...doing}
          onClose={() => setDoing(null)}
          onDone={() => {
            setDoing(null);
            reload();
          }}
        />
      )}
    </>
  );
}
