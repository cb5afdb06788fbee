import type { Notification } from "@carillon/client";
import { problemText, useToasts } from "@carillon/ui";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import {
  NotificationDrawer,
  NotificationDrawerBody,
  NotificationDrawerHeader,
  NotificationDrawerList,
  NotificationDrawerListItem,
  NotificationDrawerListItemBody,
  NotificationDrawerListItemHeader,
} from "@patternfly/react-core/dist/esm/components/NotificationDrawer";
import {
  ToggleGroup,
  ToggleGroupItem,
} from "@patternfly/react-core/dist/esm/components/ToggleGroup";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { dayName, momentName, timeName } from "../days";
import { entriesByDay, isUnread, linkOf, wantsAcknowledgement } from "./entries";
import { useCentre } from "./notifications";

/** The notification centre. It is there while it is open only: opening it marks all as seen. */
export function NotificationDrawerPanel({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const centre = useCentre();
  const toasts = useToasts();
  const [unreadOnly, setUnreadOnly] = useState(false);
  const { unseen, markAllSeen } = centre;
  useEffect(() => {
    if (unseen > 0) {
      markAllSeen().catch(() => {}); // the next opening says it, too
    }
  }, [unseen, markAllSeen]);
  const report = (failure: unknown) =>
    toasts.show({ variant: "danger", title: problemText(t, failure) });
  const days = entriesByDay(centre.items, centre.announcements, unreadOnly);
  return (
    <NotificationDrawer
      aria-label={t("notifications.title")}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          onClose();
          document.getElementById("bell")?.focus();
        }
      }}
    >
      <NotificationDrawerHeader
        title={t("notifications.title")}
        customText={t("notifications.unreadCount", { count: centre.unread })}
        closeButtonAriaLabel={t("notifications.close")}
        onClose={onClose}
      />
      <NotificationDrawerBody>
        <div className="portal-drawer-tools">
          <ToggleGroup isCompact aria-label={t("notifications.filter")}>
            <ToggleGroupItem
              text={t("notifications.all")}
              buttonId="notifications-all"
              isSelected={!unreadOnly}
              onChange={() => setUnreadOnly(false)}
            />
            <ToggleGroupItem
              text={t("notifications.unread")}
              buttonId="notifications-unread"
              isSelected={unreadOnly}
              onChange={() => setUnreadOnly(true)}
            />
          </ToggleGroup>
          <Button
            variant="link"
            isInline
            isDisabled={centre.unread === 0}
            onClick={() => centre.markAllRead().catch(report)}
          >
            {t("notifications.markAll")}
          </Button>
        </div>
        {days.length === 0 ? (
          <p className="portal-drawer-empty">
            {t(unreadOnly ? "notifications.noneUnread" : "notifications.none")}
          </p>
        ) : null}
        {days.map(({ day, items }) => (
          <section key={day} aria-label={dayName(items[0]?.createdAt ?? day, i18n.language)}>
            <h3 className="portal-drawer-day">
              {dayName(items[0]?.createdAt ?? day, i18n.language)}
            </h3>
            <NotificationDrawerList>
              {items.map((one) => (
                <Entry key={one.id} entry={one} onFailure={report} />
              ))}
            </NotificationDrawerList>
          </section>
        ))}
        {centre.hasMore ? (
          <div className="portal-drawer-more">
            <Button variant="link" onClick={() => centre.loadMore().catch(report)}>
              {t("notifications.more")}
            </Button>
          </div>
        ) : null}
      </NotificationDrawerBody>
    </NotificationDrawer>
  );
}

function Entry({ entry, onFailure }: { entry: Notification; onFailure: (f: unknown) => void }) {
  const { t, i18n } = useTranslation();
  const { markRead, acknowledge } = useCentre();
  const link = linkOf(entry);
  const title = entry.title ?? t("notifications.untitled");
  const isRead = !isUnread(entry);
  return (
    <NotificationDrawerListItem
      variant={wantsAcknowledgement(entry) ? "danger" : entry.announcement ? "warning" : "info"}
      isRead={isRead}
      isHoverable={false}
      readStateScreenReaderText={isRead ? "" : t("notifications.isUnread")}
      tabIndex={-1}
    >
      <NotificationDrawerListItemHeader
        variant={wantsAcknowledgement(entry) ? "danger" : entry.announcement ? "warning" : "info"}
        title={title}
        srTitle={t(entry.announcement ? "notifications.announcement" : "notifications.personal")}
        headingLevel="h4"
      />
      <NotificationDrawerListItemBody
        timestamp={
          <time dateTime={entry.createdAt} title={momentName(entry.createdAt, i18n.language)}>
            {timeName(entry.createdAt, i18n.language)}
          </time>
        }
      >
        <p className="portal-entry-text">{entry.message}</p>
        <div className="portal-entry-actions">
          {link === null ? null : (
            <Button
              variant="link"
              isInline
              component="a"
              href={link}
              aria-label={t("notifications.openTitle", { title })}
              onClick={() => {
                if (!isRead) {
                  markRead(entry.id).catch(onFailure);
                }
              }}
            >
              {t("notifications.open")}
            </Button>
          )}
          {wantsAcknowledgement(entry) ? (
            <Button
              variant="link"
              isInline
              aria-label={t("notifications.acknowledgeTitle", { title })}
              onClick={() => acknowledge(entry.id).catch(onFailure)}
            >
              {t("notifications.acknowledge")}
            </Button>
          ) : null}
          {isRead ? null : (
            <Button
              variant="link"
              isInline
              aria-label={t("notifications.markTitle", { title })}
              onClick={() => markRead(entry.id).catch(onFailure)}
            >
              {t("notifications.mark")}
            </Button>
          )}
          {entry.acknowledged ? <span>{t("notifications.acknowledged")}</span> : null}
        </div>
      </NotificationDrawerListItemBody>
    </NotificationDrawerListItem>
  );
}
