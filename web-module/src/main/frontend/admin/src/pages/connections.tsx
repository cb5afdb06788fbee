import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { useState } from "react";
import { adminPath } from "../api/call.js";
import type { Connection, ConnectionList } from "../api/types.js";
import { useMay } from "../app/rights.js";
import { go, href, setQuery, usePlace } from "../app/router.js";
import { Dialog } from "../parts/Dialog.js";
import { Empty } from "../parts/Empty.js";
import { ChoiceFilter, FilterBar, SearchFilter, TextFilter } from "../parts/Filters.js";
import { PageHead } from "../parts/PageHead.js";
import { Pager } from "../parts/Pager.js";
import { Problem } from "../parts/Problem.js";
import { UserLink, When } from "../parts/Shown.js";
import { type Column, Table } from "../parts/Table.js";
import { usePaged } from "../parts/usePaged.js";
import { useSpeech } from "../text/index.js";

const TRANSPORTS = ["websocket", "sse", "poll"] as const;

/** Every open connection of all nodes, filtered and paged by the server. */
export default function ConnectionsPage() {
  const { t, number, bytes } = useSpeech();
  const may = useMay();
  const { query } = usePlace();
  const [closing, setClosing] = useState<Connection | null>(null);
  const sort = query.get("sort") ?? "-since";
  const connections = usePaged<Connection, ConnectionList>("admin/connections", {
    q: query.get("q"),
    transport: query.get("transport"),
    node: query.get("node"),
    userId: query.get("userId"),
    channel: query.get("channel"),
    stalled: query.get("stalled"),
    sort,
  });
  const nodes = connections.data?.nodes;
  const columns: Column<Connection>[] = [
    {
      key: "user",
      label: t("user"),
      sort: "userId",
      render: (one) => <UserLink id={one.userId} name={one.name} />,
    },
    {
      key: "transport",
      label: t("connection.transport"),
      render: (one) => (
        <a className="adm-id" href={href(["connections", one.id])}>
          {one.transport}
        </a>
      ),
    },
    { key: "address", label: t("connection.address"), render: (one) => one.address },
    { key: "node", label: t("node"), render: (one) => one.node },
    {
      key: "since",
      label: t("connection.since"),
      sort: "since",
      render: (one) => <When at={one.since} />,
    },
    {
      key: "channels",
      label: t("page.channels"),
      numeric: true,
      render: (one) => number(one.channels),
    },
    {
      key: "queued",
      label: t("connection.queued"),
      sort: "queuedBytes",
      numeric: true,
      render: (one) => (
        <>
          {bytes(one.queuedBytes)}{" "}
          {one.stalledMillis > 0 ? (
            <Label isCompact color="orange">
              {t("connection.stalled", { seconds: number(one.stalledMillis / 1000, 1) })}
            </Label>
          ) : null}
        </>
      ),
    },
  ];
  return (
    <>
      <PageHead title={t("page.connections")} description={t("connections.text")} />
      <FilterBar>
        <SearchFilter label={t("connections.search")} />
        <ChoiceFilter
          name="transport"
          label={t("connection.transport")}
          choices={TRANSPORTS.map((one) => [one, one])}
        />
        <TextFilter name="userId" label={t("userId")} />
        <TextFilter name="channel" label={t("palette.channel")} />
        <ChoiceFilter
          name="stalled"
          label={t("state")}
          choices={[["true", t("connections.stalled")]]}
        />
      </FilterBar>
      <Problem error={connections.error} onRetry={connections.reload} />
      {nodes !== undefined && nodes.answered < nodes.asked ? (
        <Alert
          isInline
          variant="warning"
          component="h2"
          title={t("connections.partly", { answered: nodes.answered, asked: nodes.asked })}
        />
      ) : null}
      <Table
        label={t("page.connections")}
        columns={columns}
        rows={connections.data?.items}
        rowKey={(one) => one.id}
        loading={connections.loading}
        sort={sort}
        onSort={(next) => {
          // The server sorts the queue from its fullest only.
          const wanted =
            next === "queuedBytes" ? "-queuedBytes" : next === "-userId" ? "userId" : next;
          setQuery({ sort: wanted, after: null });
        }}
        empty={
          <Empty
            title={t("connections.empty")}
            actions={
              <Button variant="link" onClick={() => go(href(["connections"]))}>
                {t("filter.reset")}
              </Button>
            }
          />
        }
        actions={(one) =>
          may("CONNECTIONS_CLOSE") ? (
            <Button variant="link" isInline isDanger onClick={() => setClosing(one)}>
              {t("connection.close")}
            </Button>
          ) : null
        }
      />
      <Pager paged={connections} />
      {closing === null ? null : (
        <Dialog
          title={t("connection.closeTitle", { name: closing.userId })}
          text={t("connection.closeText")}
          submit={t("connection.close")}
          danger
          call={{ method: "DELETE", path: adminPath`connections/${closing.id}` }}
          done={t("connection.closed")}
          onClose={() => setClosing(null)}
          onDone={() => {
            setClosing(null);
            connections.reload();
          }}
        />
      )}
    </>
  );
}
