import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { useEffect, useState } from "react";
import { adminPath, get } from "../api/call.js";
import type { NodeEntry } from "../api/types.js";
import { useLoad } from "../api/useLoad.js";
import { useMay } from "../app/rights.js";
import { href } from "../app/router.js";
import { useLive } from "../live/overview.js";
import { Dialog } from "../parts/Dialog.js";
import { Empty } from "../parts/Empty.js";
import { NodeStateLabel } from "../parts/NodeStateLabel.js";
import { PageHead } from "../parts/PageHead.js";
import { Problem } from "../parts/Problem.js";
import { When } from "../parts/Shown.js";
import { Table } from "../parts/Table.js";
import { useSpeech } from "../text/index.js";

/** The servers that make up the installation, and which of them shall send its clients away. */
export default function NodesPage() {
  const { t, number } = useSpeech();
  const may = useMay();
  const [doing, setDoing] = useState<NodeEntry | null>(null);
  const nodes = useLoad<{ nodes: NodeEntry[] }>(get("admin/nodes"));

  // The stream tells when a node changes; the list itself is asked for then, not every second.
  const { overview } = useLive();
  const states = overview?.nodes.map((node) => `${node.run} ${node.state}`).join();
  const { reload } = nodes;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the states are the signal
  useEffect(() => reload(), [states, reload]);

  return (
    <>
      <PageHead title={t("page.nodes")} description={t("nodes.text")} />
      <Problem error={nodes.error} onRetry={nodes.reload} />
      <Table
        label={t("page.nodes")}
        columns={[
          {
            key: "id",
            label: t("node"),
            render: (node: NodeEntry) => (
              <span className="adm-labels">
                <strong>{node.id}</strong>
                {node.self ? <Label isCompact>{t("node.self")}</Label> : null}
              </span>
            ),
          },
          {
            key: "state",
            label: t("state"),
            render: (node) => (
              <span className="adm-labels">
                <NodeStateLabel state={node.state} />
                {node.drainWanted ? (
                  <Label isCompact color="orange">
                    {t("node.drainWanted")}
                  </Label>
                ) : null}
              </span>
            ),
          },
          {
            key: "connections",
            label: t("page.connections"),
            numeric: true,
            render: (node) =>
              may("CONNECTIONS_VIEW") ? (
                <a href={href(["connections"], { node: node.run })}>{number(node.connections)}</a>
              ) : (
                number(node.connections)
              ),
          },
          {
            key: "load",
            label: t("node.load"),
            numeric: true,
            render: (node) => `${number(node.loadPercent)} %`,
          },
          { key: "version", label: t("node.version"), render: (node) => node.version },
          {
            key: "started",
            label: t("node.started"),
            render: (node) => <When at={node.startedAt} />,
          },
          { key: "seen", label: t("node.seen"), render: (node) => <When at={node.seenAt} /> },
        ]}
        rows={nodes.data?.nodes}
        rowKey={(node) => node.run}
        loading={nodes.loading}
        empty={<Empty title={t("nodes.empty")} />}
        actions={(node) =>
          may("NODES_DRAIN") && node.state !== "DEAD" ? (
            <Button
              variant="secondary"
              size="sm"
              isDanger={!node.drainWanted}
              onClick={() => setDoing(node)}
            >
              {t(node.drainWanted ? "node.undrain" : "node.drain")}
            </Button>
          ) : null
        }
      />
      {doing === null ? null : (
        <Dialog
          title={t(doing.drainWanted ? "node.undrainTitle" : "node.drainTitle", { node: doing.id })}
          text={t(doing.drainWanted ? "node.undrainText" : "node.drainText", {
            count: number(doing.connections),
          })}
          submit={t(doing.drainWanted ? "node.undrain" : "node.drain")}
          danger={!doing.drainWanted}
          typed={doing.drainWanted ? null : doing.id}
          call={{
            method: doing.drainWanted ? "DELETE" : "PUT",
            path: adminPath`nodes/${doing.run}/drain`,
          }}
          done={t("saved")}
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
