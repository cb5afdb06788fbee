import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import CommentsIcon from "@patternfly/react-icons/dist/esm/icons/comments-icon";
import { useState } from "react";
import type { Query } from "../api/call.js";
import { CHANNEL_KINDS, type Channel, VISIBILITIES } from "../api/types.js";
import { useMay, useSelf } from "../app/rights.js";
import { go, href, setQuery, usePlace } from "../app/router.js";
import { ChannelLabels } from "../parts/ChannelLabels.js";
import { Empty } from "../parts/Empty.js";
import { ChoiceFilter, FilterBar, SearchFilter } from "../parts/Filters.js";
import { PageHead } from "../parts/PageHead.js";
import { Pager } from "../parts/Pager.js";
import { Problem } from "../parts/Problem.js";
import { RowMenu } from "../parts/RowMenu.js";
import { ChannelLink, When } from "../parts/Shown.js";
import { type Column, Table } from "../parts/Table.js";
import { usePaged } from "../parts/usePaged.js";
import { useSpeech } from "../text/index.js";
import { Bulk, type BulkAction, type BulkTarget } from "./channel/Bulk.js";
import { CreateChannel } from "./channel/CreateChannel.js";

/** All channels of the organization: found, made, and changed by the hundred. */
export default function ChannelsPage() {
  const { t, number } = useSpeech();
  const may = useMay();
  const self = useSelf();
  const { query } = usePlace();
  const [creating, setCreating] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [bulk, setBulk] = useState<{ action: BulkAction; target: BulkTarget } | null>(null);

  const sort = query.get("sort") ?? "name";
  const filter: Query = {
    q: query.get("q"),
    match: query.get("match"),
    kind: query.get("kind"),
    visibility: query.get("visibility"),
    archived: query.get("archived"),
  };
  const filtered = Object.values(filter).some((value) => value !== null && value !== "");
  const channels = usePaged<Channel>("admin/channels", { ...filter, sort });
  const manages = may("CHANNELS_MANAGE");

  const columns: Column<Channel>[] = [
    {
      key: "name",
      label: t("channel.name"),
      sort: "name",
      render: (channel) => (
        <div>
          <ChannelLink id={channel.channelId} />
          {channel.title !== "" && channel.title !== channel.channelId ? (
            <div className="adm-subtle adm-clip">{channel.title}</div>
          ) : null}
        </div>
      ),
    },
    { key: "kind", label: t("channel.kind"), render: (channel) => t(`kind.${channel.kind}`) },
    {
      key: "visibility",
      label: t("channel.visibility"),
      render: (channel) => <ChannelLabels channel={channel} />,
    },
    {
      key: "members",
      label: t("channel.members"),
      numeric: true,
      render: (channel) => number(channel.members),
    },
    {
      key: "messages",
      label: t("channel.lastOffset"),
      sort: "lastOffset",
      numeric: true,
      render: (channel) => number(channel.lastOffset),
    },
    {
      key: "created",
      label: t("created"),
      sort: "createdAt",
      render: (channel) => <When at={channel.createdAt} />,
    },
  ];
  const bulkActions = (target: BulkTarget) =>
    (["ARCHIVE", "RESTORE", "CHANGE"] as const).map((action) => ({
      label: t(`bulk.${action}`),
      danger: action === "ARCHIVE",
      onClick: () => setBulk({ action, target }),
    }));

  return (
    <>
      <PageHead
        title={t("page.channels")}
        description={t("channels.text")}
        actions={
          manages ? <Button onClick={() => setCreating(true)}>{t("channels.create")}</Button> : null
        }
      />
      <FilterBar>
        <SearchFilter label={t("channels.search")} />
        <ChoiceFilter
          name="kind"
          label={t("channel.kind")}
          choices={CHANNEL_KINDS.map((kind) => [kind, t(`kind.${kind}`)])}
        />
        <ChoiceFilter
          name="visibility"
          label={t("channel.visibility")}
          choices={VISIBILITIES.map((one) => [one, t(`visibility.${one}`)])}
        />
        <ChoiceFilter
          name="archived"
          label={t("channel.state")}
          choices={[
            ["false", t("channel.active")],
            ["true", t("channel.archived")],
          ]}
        />
        <ChoiceFilter
          name="match"
          label={t("channels.match")}
          choices={[["prefix", t("channels.prefix")]]}
        />
      </FilterBar>
      <Problem error={channels.error} onRetry={channels.reload} />
      {manages ? (
        <div className="adm-bulk">
          {selected.size > 0 ? (
            <>
              <span aria-live="polite">{t("bulk.selected", { count: number(selected.size) })}</span>
              <RowMenu
                label={t("bulk.selectedActions")}
                text={t("bulk.actions")}
                actions={bulkActions({ channelIds: [...selected] })}
              />
              <Button variant="link" isInline onClick={() => setSelected(new Set())}>
                {t("bulk.clear")}
              </Button>
            </>
          ) : (channels.total ?? 0) > 1 ? (
            <RowMenu
              label={t("bulk.allActions")}
              text={t("bulk.all", { count: number(channels.total ?? 0) })}
              actions={bulkActions({ filter })}
            />
          ) : null}
        </div>
      ) : null}
      <Table
        label={t("page.channels")}
        columns={columns}
        rows={channels.data?.items}
        rowKey={(channel) => channel.channelId}
        loading={channels.loading}
        sort={sort}
        onSort={(next) => setQuery({ sort: next, after: null })}
        selection={manages ? { selected, onChange: setSelected } : undefined}
        empty={
          <Empty
            {...(filtered ? {} : { icon: CommentsIcon })}
            title={t(filtered ? "empty.filter" : "channels.empty")}
            actions={
              filtered ? (
                <Button variant="link" onClick={() => go(href(["channels"]))}>
                  {t("filter.reset")}
                </Button>
              ) : undefined
            }
          />
        }
      />
      <Pager paged={channels} />
      {creating ? (
        <CreateChannel
          owner={self.id}
          onClose={() => setCreating(false)}
          onDone={(channel) => go(href(["channels", channel.channelId]))}
        />
      ) : null}
      {bulk === null ? null : (
        <Bulk
          {...bulk}
          onClose={(changed) => {
            setBulk(null);
            if (changed) {
              setSelected(new Set());
              channels.reload();
            }
          }}
        />
      )}
    </>
  );
}
