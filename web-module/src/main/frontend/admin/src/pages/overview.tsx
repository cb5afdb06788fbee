import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Progress } from "@patternfly/react-core/dist/esm/components/Progress";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { type ReactNode, useEffect } from "react";
import { get } from "../api/call.js";
import type { AuditLine, List, NodeNumbers, Overview } from "../api/types.js";
import { useLoad } from "../api/useLoad.js";
import { useMay } from "../app/rights.js";
import { href } from "../app/router.js";
import { Chart } from "../charts/Chart.js";
import { Sparkline } from "../charts/Sparkline.js";
import type { Sample } from "../live/history.js";
import { overviewStream, useLive } from "../live/overview.js";
import { NodeStateLabel } from "../parts/NodeStateLabel.js";
import { PageHead } from "../parts/PageHead.js";
import { ChannelLink, Figure, UserLink, When } from "../parts/Shown.js";
import { useSpeech } from "../text/index.js";

const SPARK_SECONDS = 60;
const BLUE = "--pf-t--chart--color--blue--300";
const GREEN = "--pf-t--chart--color--green--300";
const ORANGE = "--pf-t--chart--color--orange--300";

/** What happens now: tiles, charts, nodes, what is wrong, and who last changed something. */
export default function OverviewPage() {
  const { t } = useSpeech();
  const may = useMay();
  const { state, overview, samples } = useLive();
  useEffect(() => overviewStream.recordCall(), []);
  return (
    <>
      <PageHead
        title={t("page.overview")}
        description={t(
          overview?.scope === "ORGANIZATION" ? "overview.organization" : "overview.text",
        )}
      />
      {state === "lost" ? (
        <Alert isInline isLiveRegion variant="warning" component="h2" title={t("overview.lost")} />
      ) : null}
      {overview === null ? <Loading /> : <Tiles overview={overview} samples={samples} />}
      <div className="adm-charts">
        <Chart
          title={t("overview.rates")}
          digits={1}
          samples={samples}
          lines={[
            { label: t("overview.publishes"), value: (s) => s.publishes, colour: BLUE },
            { label: t("overview.deliveries"), value: (s) => s.deliveries, colour: GREEN },
          ]}
        />
        <Chart
          title={t("overview.latency")}
          digits={1}
          samples={samples}
          lines={[
            { label: "p50", value: (s) => s.p50, colour: GREEN },
            { label: "p95", value: (s) => s.p95, colour: BLUE },
            { label: "p99", value: (s) => s.p99, colour: ORANGE },
          ]}
        />
        <Chart
          title={t("overview.connections")}
          samples={samples}
          lines={[
            { label: t("overview.connections"), value: (s) => s.connections, colour: BLUE },
            { label: t("overview.online"), value: (s) => s.online, colour: GREEN },
          ]}
        />
        <div className="adm-stack">
          <Problems overview={overview} />
          {may("AUDIT_VIEW") ? <LatestChanges /> : null}
        </div>
      </div>
      <Nodes nodes={overview?.nodes ?? []} />
    </>
  );
}

function Loading() {
  const { t } = useSpeech();
  return (
    <div className="adm-tiles">
      {["1", "2", "3", "4", "5", "6"].map((key) => (
        <div key={key} className="adm-card">
          <Skeleton height="5rem" screenreaderText={t("loading")} />
        </div>
      ))}
    </div>
  );
}

function Tiles({ overview, samples }: { overview: Overview; samples: readonly Sample[] }) {
  const { t, number } = useSpeech();
  const { total, channels } = overview;
  const line = (value: (sample: Sample) => number) => samples.slice(-SPARK_SECONDS).map(value);
  const transports = Object.entries(total.byTransport)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${number(count)}`)
    .join(" · ");
  return (
    <div className="adm-tiles">
      <Tile
        title={t("overview.connections")}
        value={number(total.connections)}
        text={transports}
        line={line((s) => s.connections)}
      />
      <Tile
        title={t("overview.online")}
        value={number(overview.online)}
        text={t("overview.ofUsers", { users: number(overview.users) })}
        line={line((s) => s.online)}
      />
      <Tile
        title={t("overview.channels")}
        value={number(channels.total)}
        text={t("overview.channelsText", {
          active: total.activeChannels === null ? "–" : number(total.activeChannels),
          archived: number(channels.archived),
        })}
      />
      <Tile
        title={t("overview.publishes")}
        value={<Figure value={total.publishesPerSecond} digits={1} />}
        line={line((s) => s.publishes)}
      />
      <Tile
        title={t("overview.deliveries")}
        value={<Figure value={total.deliveriesPerSecond} digits={1} />}
        line={line((s) => s.deliveries)}
      />
      <Tile
        title={t("overview.latencyP95")}
        value={<Figure value={total.latencyMillis?.p95} digits={1} />}
        text={
          total.latencyMillis === null
            ? t("overview.noDelivery")
            : `p50 ${number(total.latencyMillis.p50, 1)} · p99 ${number(total.latencyMillis.p99, 1)}`
        }
        line={line((s) => s.p95)}
      />
    </div>
  );
}

function Tile(props: { title: string; value: ReactNode; text?: string; line?: readonly number[] }) {
  return (
    <section className="adm-card adm-tile" aria-label={props.title}>
      <h2>{props.title}</h2>
      <p className="adm-tile-value">{props.value}</p>
      <p className="adm-subtle adm-tile-text">{props.text}</p>
      {props.line === undefined ? null : <Sparkline values={props.line} />}
    </section>
  );
}

/** What an operator should look at, each with the page that helps. */
function Problems({ overview }: { overview: Overview | null }) {
  const { t, number } = useSpeech();
  const found: { key: string; text: string; to?: string }[] = [];
  if (overview !== null) {
    const { total, nodes } = overview;
    if ((total.slowConsumers ?? 0) > 0) {
      found.push({
        key: "slow",
        text: t("problem.slow", { count: number(total.slowConsumers ?? 0) }),
        to: href(["connections"], { stalled: true }),
      });
    }
    if ((total.overflowsPerSecond ?? 0) > 0) {
      found.push({
        key: "overflow",
        text: t("problem.overflow", { count: number(total.overflowsPerSecond ?? 0, 1) }),
        to: href(["connections"], { sort: "-queuedBytes" }),
      });
    }
    for (const [code, rate] of Object.entries(total.refusedPerSecond ?? {})) {
      if (rate > 0) {
        found.push({ key: code, text: t("problem.refused", { code, count: number(rate, 1) }) });
      }
    }
    for (const node of nodes.filter((one) => one.state !== "UP")) {
      found.push({
        key: node.run,
        text: t(node.state === "DEAD" ? "problem.dead" : "problem.draining", { node: node.id }),
        to: href(["nodes"]),
      });
    }
  }
  return (
    <section className="adm-card" aria-label={t("problem.title")}>
      <h2>{t("problem.title")}</h2>
      {found.length === 0 ? (
        <p className="adm-subtle">{t("problem.none")}</p>
      ) : (
        <ul className="adm-list">
          {found.map(({ key, text, to }) => (
            <li key={key}>{to === undefined ? text : <a href={to}>{text}</a>}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function LatestChanges() {
  const { t } = useSpeech();
  const lines = useLoad<List<AuditLine>>(get("admin/audit", { limit: 6 }));
  return (
    <section className="adm-card" aria-label={t("overview.changes")}>
      <div className="adm-card-head">
        <h2>{t("overview.changes")}</h2>
        <a href={href(["audit"])}>{t("page.audit")}</a>
      </div>
      {lines.data?.items.length === 0 ? <p className="adm-subtle">{t("audit.empty")}</p> : null}
      <ul className="adm-list">
        {lines.data?.items.map((line) => (
          <li key={line.id}>
            <UserLink id={line.actor} /> <code>{line.action}</code>{" "}
            {line.channelId === null ? line.target : <ChannelLink id={line.channelId} />}{" "}
            <span className="adm-subtle">
              <When at={line.at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Nodes({ nodes }: { nodes: readonly NodeNumbers[] }) {
  const { t, number, bytes } = useSpeech();
  return (
    <section aria-label={t("page.nodes")}>
      <h2 className="adm-section-title">{t("page.nodes")}</h2>
      <div className="adm-tiles">
        {nodes.map((node) => (
          <div key={node.run} className="adm-card">
            <div className="adm-card-head">
              <h3>{node.id}</h3>
              <NodeStateLabel state={node.state} />
            </div>
            <p className="adm-subtle">
              {t("node.connections", { count: number(node.connections ?? 0) })} · {node.version}
            </p>
            {node.loadPercent === null || node.state === "DEAD" ? null : (
              <Progress
                aria-label={t("node.loadOf", { node: node.id })}
                title={t("node.load")}
                size="sm"
                value={node.loadPercent}
                variant={
                  node.loadPercent >= 90 ? "danger" : node.loadPercent >= 70 ? "warning" : undefined
                }
              />
            )}
            {node.heapUsedBytes === undefined ||
            node.heapUsedBytes === null ||
            !node.heapMaxBytes ? null : (
              <Progress
                aria-label={t("node.heapOf", { node: node.id })}
                title={t("node.heap", {
                  used: bytes(node.heapUsedBytes),
                  most: bytes(node.heapMaxBytes),
                })}
                size="sm"
                value={Math.round((node.heapUsedBytes / node.heapMaxBytes) * 100)}
              />
            )}
          </div>
        ))}
      </div>
    </section>
  );
}
