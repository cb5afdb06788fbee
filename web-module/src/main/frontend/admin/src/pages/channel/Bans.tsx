import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { useState } from "react";
import { adminPath } from "../../api/call.js";
import type { Ban } from "../../api/types.js";
import { useMay } from "../../app/rights.js";
import { Dialog } from "../../parts/Dialog.js";
import { Empty } from "../../parts/Empty.js";
import { TextField } from "../../parts/Fields.js";
import { Pager } from "../../parts/Pager.js";
import { Problem } from "../../parts/Problem.js";
import { UserLink, When } from "../../parts/Shown.js";
import { Table } from "../../parts/Table.js";
import { usePaged } from "../../parts/usePaged.js";
import { useSpeech } from "../../text/index.js";

/** Who may not read, write or join, whatever the channel's visibility. */
export function Bans({ channelId }: { channelId: string }) {
  const { t } = useSpeech();
  const may = useMay();
  const [adding, setAdding] = useState(false);
  const [lifting, setLifting] = useState<Ban | null>(null);
  const [userId, setUserId] = useState("");
  const bans = usePaged<Ban>(adminPath`channels/${channelId}/bans`, {});
  const finish = () => {
    setAdding(false);
    setLifting(null);
    bans.reload();
  };
  return (
    <>
      <p className="adm-subtle">{t("bans.text")}</p>
      {may("MEMBERS_MODERATE") ? (
        <div className="adm-filters">
          <Button
            variant="secondary"
            onClick={() => {
              setUserId("");
              setAdding(true);
            }}
          >
            {t("do.ban")}
          </Button>
        </div>
      ) : null}
      <Problem error={bans.error} onRetry={bans.reload} />
      <Table
        label={t("tab.bans")}
        columns={[
          {
            key: "user",
            label: t("user"),
            render: (ban: Ban) => <UserLink id={ban.userId} name={ban.name} />,
          },
          { key: "at", label: t("bans.since"), render: (ban) => <When at={ban.bannedAt} /> },
          { key: "by", label: t("bans.by"), render: (ban) => <UserLink id={ban.bannedBy} /> },
          { key: "reason", label: t("reason"), render: (ban) => ban.reason ?? "–" },
        ]}
        rows={bans.data?.items}
        rowKey={(ban) => ban.userId}
        loading={bans.loading}
        empty={<Empty title={t("bans.empty")} />}
        actions={(ban) =>
          may("MEMBERS_MODERATE") ? (
            <Button variant="link" isInline onClick={() => setLifting(ban)}>
              {t("bans.lift")}
            </Button>
          ) : null
        }
      />
      <Pager paged={bans} />
      {adding ? (
        <Dialog
          title={t("do.ban")}
          text={t("bans.text")}
          submit={t("do.ban")}
          danger
          call={
            userId.trim() === ""
              ? null
              : { method: "PUT", path: adminPath`channels/${channelId}/bans/${userId.trim()}` }
          }
          done={t("saved")}
          onClose={() => setAdding(false)}
          onDone={finish}
        >
          <TextField
            label={t("userId")}
            value={userId}
            maxLength={64}
            required
            onChange={setUserId}
          />
        </Dialog>
      ) : null}
      {lifting === null ? null : (
        <Dialog
          title={t("bans.lift")}
          text={t("bans.liftText", { name: lifting.userId })}
          submit={t("bans.lift")}
          call={{
            method: "DELETE",
            path: adminPath`channels/${channelId}/bans/${lifting.userId}`,
          }}
          done={t("saved")}
          onClose={() => setLifting(null)}
          onDone={finish}
        />
      )}
    </>
  );
}
