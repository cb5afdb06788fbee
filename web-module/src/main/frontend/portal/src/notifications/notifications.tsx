import type { Notification } from "@carillon/client";
import { type UseNotifications, useNotifications } from "@carillon/client/react";
import { useToasts } from "@carillon/ui";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { createContext, type PropsWithChildren, useContext } from "react";
import { useTranslation } from "react-i18next";
import { linkOf } from "./entries";

const NotificationsContext = createContext<UseNotifications | null>(null);

/** The user's notifications, shared by bell, drawer and banner; a toast for each that arrives. */
export function NotificationsProvider({ children }: PropsWithChildren) {
  const { t } = useTranslation();
  const toasts = useToasts();
  const centre = useNotifications({
    onArrival: (notification: Notification) => {
      const link = linkOf(notification);
      toasts.show({
        variant: notification.announcement ? "warning" : "info",
        title: notification.title ?? t("notifications.untitled"),
        text: notification.message,
        actions: (close) =>
          link === null ? null : (
            <Button
              variant="link"
              isInline
              component="a"
              href={link}
              onClick={() => {
                centre.markRead(notification.id).catch(() => {});
                close();
              }}
            >
              {t("notifications.open")}
            </Button>
          ),
      });
    },
  });
  return <NotificationsContext value={centre}>{children}</NotificationsContext>;
}

/** The user's notifications. */
export function useCentre(): UseNotifications {
  const centre = useContext(NotificationsContext);
  if (centre === null) {
    throw new Error("useCentre outside of NotificationsProvider");
  }
  return centre;
}
