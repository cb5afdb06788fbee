import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import BullhornIcon from "@patternfly/react-icons/dist/esm/icons/bullhorn-icon";
import { useState } from "react";
import { ANNOUNCEMENT_STATES, type Announcement } from "../api/types.js";
import { useMay } from "../app/rights.js";
import { go, href, usePlace } from "../app/router.js";
import { Empty } from "../parts/Empty.js";
import { ChoiceFilter, FilterBar } from "../parts/Filters.js";
import { PageHead } from "../parts/PageHead.js";
import { Pager } from "../parts/Pager.js";
import { Problem } from "../parts/Problem.js";
import { UserLink, When } from "../parts/Shown.js";
import { Table } from "../parts/Table.js";
import { usePaged } from "../parts/usePaged.js";
import { useSpeech } from "../text/index.js";
import { Compose } from "./announcements/Compose.js";
import { AnnouncementLabels } from "./announcements/Labels.js";

/** What was told to many, what will be, and the box to write it. */
export default function AnnouncementsPage() {
  const { t } = useSpeech();
  const may = useMay();
  const { query } = usePlace();
  const [composing, setComposing] = useState(false);
  const announcements = usePaged<Announcement>("admin/announcements", {
    state: query.get("state"),
  });
  return (
    <>
      <PageHead
        title={t("page.announcements")}
        description={t("announce.text")}
        actions={
          may("ANNOUNCEMENTS_SEND") ? (
            <Button onClick={() => setComposing(true)}>{t("announce.compose")}</Button>
          ) : null
        }
      />
      <FilterBar>
        <ChoiceFilter
          name="state"
          label={t("state")}
          choices={ANNOUNCEMENT_STATES.map((state) => [state, t(`announce.${state}`)])}
        />
      </FilterBar>
      <Problem error={announcements.error} onRetry={announcements.reload} />
      <Table
        label={t("page.announcements")}
        columns={[
          {
            key: "title",
            label: t("announce.title"),
            render: (one: Announcement) => (
              <a className="adm-id" href={href(["announcements", one.id])}>
                {one.title}
              </a>
            ),
          },
          { key: "state", label: t("state"), render: (one) => <AnnouncementLabels of={one} /> },
          {
            key: "audience",
            label: t("announce.audience"),
            render: (one) => t(`audience.${one.audience.kind}`),
          },
          {
            key: "at",
            label: t("time"),
            render: (one) => <When at={one.sentAt ?? one.scheduledAt ?? one.createdAt} />,
          },
          { key: "by", label: t("announce.by"), render: (one) => <UserLink id={one.createdBy} /> },
        ]}
        rows={announcements.data?.items}
        rowKey={(one) => one.id}
        loading={announcements.loading}
        empty={<Empty icon={BullhornIcon} title={t("announce.empty")} />}
      />
      <Pager paged={announcements} />
      {composing ? (
        <Compose
          onClose={() => setComposing(false)}
          onDone={(made) => go(href(["announcements", made.id]))}
        />
      ) : null}
    </>
  );
}
