import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { useState } from "react";
import { adminPath, get } from "../api/call.js";
import type { ConnectionDetail } from "../api/types.js";
import { useLoad } from "../api/useLoad.js";
import type { DetailProps } from "../app/pages.js";
import { useMay } from "../app/rights.js";
import { go, href } from "../app/router.js";
import { CopyButton } from "../parts/Copy.js";
import { Dialog } from "../parts/Dialog.js";
import { PageHead } from "../parts/PageHead.js";
import { Problem } from "../parts/Problem.js";
import { ChannelLink, Facts, UserLink, When } from "../parts/Shown.js";
import { useSpeech } from "../text/index.js";

/** One connection: who, from where, what it listens to, and how far behind it is. */
export default function ConnectionPage({ id }: DetailProps) {
  const { t, number, bytes } = useSpeech();
  const may = useMay();
  const [closing, setClosing] = useState(false);
  const { data, error, reload } = useLoad<ConnectionDetail>(get(adminPath`connections/${id}`));
  return (
    <>
      <PageHead
        title={t("connection.title")}
        description={data === undefined ? id : `${data.userId} · ${data.transport}`}
        actions={
          <>
            <Button variant="secondary" onClick={reload}>
              {t("reload")}
            </Button>
            {may("CONNECTIONS_CLOSE") && data !== undefined ? (
              <Button variant="danger" onClick={() => setClosing(true)}>
                {t("connection.close")}
              </Button>
            ) : null}
          </>
        }
      />
      <Problem error={error} onRetry={reload} />
      {data === undefined ? (
        error === undefined ? (
          <Skeleton height="12rem" screenreaderText={t("loading")} />
        ) : null
      ) : (
        <div className="adm-stack">
          <Facts
            facts={[
              [
                "ID",
                <span key="id" className="adm-id">
                  {data.id}
                  <CopyButton text={data.id} />
                </span>,
              ],
              [t("user"), <UserLink key="user" id={data.userId} name={data.name} />],
              [t("role"), t(`role.${data.role}`)],
              [t("connection.kind"), t(`connection.${data.kind}`)],
              [t("connection.transport"), data.transport],
              [t("connection.address"), data.address],
              [t("node"), data.node],
              [t("connection.since"), <When key="since" at={data.since} />],
              [t("connection.expires"), <When key="expires" at={data.expiresAt} />],
              [t("connection.queued"), bytes(data.queuedBytes)],
              [t("connection.stalledFor"), `${number(data.stalledMillis / 1000, 1)} s`],
            ]}
          />
          <section className="adm-card" aria-label={t("connection.listens")}>
            <h2>
              {t("connection.listens")} ({number(data.channels)})
            </h2>
            <ul className="adm-sample">
              {data.channelIds.map((channel) => (
                <li key={channel}>
                  <ChannelLink id={channel} />
                </li>
              ))}
            </ul>
          </section>
        </div>
      )}
      {closing ? (
        <Dialog
          title={t("connection.closeTitle", { name: data?.userId ?? "" })}
          text={t("connection.closeText")}
          submit={t("connection.close")}
          danger
          call={{ method: "DELETE", path: adminPath`connections/${id}` }}
          done={t("connection.closed")}
          onClose={() => setClosing(false)}
          onDone={() => go(href(["connections"]))}
        />
      ) : null}
    </>
  );
}
