import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { useState } from "react";
import type { Query } from "../../api/call.js";
import type { AuditLine } from "../../api/types.js";
import { usePlace } from "../../app/router.js";
import { CopyButton } from "../../parts/Copy.js";
import { Empty } from "../../parts/Empty.js";
import { FilterBar, SearchFilter, TextFilter } from "../../parts/Filters.js";
import { Pager } from "../../parts/Pager.js";
import { Problem } from "../../parts/Problem.js";
import { ChannelLink, Facts, UserLink, When } from "../../parts/Shown.js";
import { type Column, Table } from "../../parts/Table.js";
import { usePaged } from "../../parts/usePaged.js";
import { useSpeech } from "../../text/index.js";
import { differences } from "./difference.js";
import { auditFilter } from "./filter.js";

/** The record of what was done, filtered; what is fixed is no filter to choose. */
export function AuditTable({ fixed }: { fixed: Query }) {
  const { t } = useSpeech();
  const { query } = usePlace();
  const [open, setOpen] = useState<AuditLine | null>(null);
  const lines = usePaged<AuditLine>("admin/audit", { ...auditFilter(query), ...fixed });
  const ofOneChannel = fixed.channel !== undefined;
  const columns: Column<AuditLine>[] = [
    { key: "at", label: t("time"), render: (line) => <When at={line.at} /> },
    { key: "actor", label: t("audit.actor"), render: (line) => <UserLink id={line.actor} /> },
    { key: "action", label: t("audit.action"), render: (line) => <code>{line.action}</code> },
    ...(ofOneChannel
      ? []
      : [
          {
            key: "channel",
            label: t("palette.channel"),
            render: (line: AuditLine) =>
              line.channelId === null ? "–" : <ChannelLink id={line.channelId} />,
          },
        ]),
    {
      key: "target",
      label: t("audit.target"),
      render: (line) => <span className="adm-wrap">{line.target ?? "–"}</span>,
    },
    {
      key: "reason",
      label: t("reason"),
      render: (line) => <span className="adm-wrap">{line.reason ?? "–"}</span>,
    },
  ];
  return (
    <>
      <FilterBar>
        <SearchFilter label={t("audit.search")} />
        <TextFilter name="actor" label={t("audit.actor")} />
        <TextFilter name="action" label={t("audit.action")} />
        {ofOneChannel ? null : <TextFilter name="channel" label={t("palette.channel")} />}
        <TextFilter name="target" label={t("audit.target")} />
        <TextFilter name="from" label={t("audit.from")} type="datetime-local" />
        <TextFilter name="to" label={t("audit.to")} type="datetime-local" />
      </FilterBar>
      <Problem error={lines.error} onRetry={lines.reload} />
      <Table
        label={t("page.audit")}
        columns={columns}
        rows={lines.data?.items}
        rowKey={(line) => String(line.id)}
        loading={lines.loading}
        empty={<Empty title={t("audit.empty")} />}
        actions={(line) => (
          <Button
            variant="link"
            isInline
            onClick={() => setOpen(line)}
            aria-label={t("audit.detailsOf", { action: line.action, id: line.id })}
          >
            {t("audit.details")}
          </Button>
        )}
      />
      <Pager paged={lines} />
      {open === null ? null : <Line line={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function Line({ line, onClose }: { line: AuditLine; onClose: () => void }) {
  const { t, time } = useSpeech();
  const changes = differences(line.before, line.after);
  return (
    <Modal isOpen variant="large" onClose={onClose} aria-labelledby="audit-line">
      <ModalHeader title={`${line.action} #${line.no ?? line.id}`} labelId="audit-line" />
      <ModalBody className="adm-stack">
        <Facts
          facts={[
            [t("time"), time(line.at)],
            [t("audit.actor"), `${line.actor} (${line.actorKind})`],
            [t("audit.address"), line.address ?? "–"],
            [t("palette.channel"), line.channelId ?? "–"],
            [t("audit.target"), line.target ?? "–"],
            [t("reason"), line.reason ?? "–"],
          ]}
        />
        {changes.length === 0 ? null : (
          <table className="adm-plain-table adm-difference">
            <caption>{t("audit.changes")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("name")}</th>
                <th scope="col">{t("audit.before")}</th>
                <th scope="col">{t("audit.after")}</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <tr key={change.name}>
                  <th scope="row">{change.name}</th>
                  <td>{change.before === undefined ? "–" : <del>{shown(change.before)}</del>}</td>
                  <td>{change.after === undefined ? "–" : <ins>{shown(change.after)}</ins>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {line.hash === null ? null : (
          <Facts
            facts={[
              [
                t("audit.hash"),
                <span key="hash" className="adm-id">
                  <code>{line.hash}</code>
                  <CopyButton text={line.hash} />
                </span>,
              ],
              [t("audit.previous"), <code key="previous">{line.previousHash ?? "–"}</code>],
            ]}
          />
        )}
      </ModalBody>
    </Modal>
  );
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
