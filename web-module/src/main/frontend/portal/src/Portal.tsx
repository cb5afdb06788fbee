import { type Client, createClient } from "@carillon/client";
import { CarillonProvider, useConnection } from "@carillon/client/react";
import { callApi, ErrorBoundary, Frame, useSession } from "@carillon/ui";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ConnectionBanner } from "./ConnectionBanner";
import { ChannelNavigation } from "./channels/ChannelNavigation";
import { ChannelsProvider, useChannels } from "./channels/channels";
import { Loading } from "./Loading";
import { AcknowledgeBanner } from "./notifications/AcknowledgeBanner";
import { Bell } from "./notifications/Bell";
import { NotificationDrawerPanel } from "./notifications/NotificationDrawerPanel";
import { NotificationsProvider } from "./notifications/notifications";
import { leaveHome, useRoute } from "./routes";

const ChannelPage = lazy(() => import("./chat/ChannelPage"));
const TodoPage = lazy(() => import("./todos/TodoPage"));
const ResiliencePage = lazy(() => import("./resilience/ResiliencePage"));

/** What a signed-in user sees. */
export function Portal() {
  const { user } = useSession();
  const [client, setClient] = useState<Client | null>(null);
  useEffect(() => {
    if (user === null) {
      return;
    }
    const made = createClient({ url: new URL("../", document.baseURI), me: user });
    made.connect();
    setClient(made);
    return () => {
      setClient(null);
      made.close();
    };
  }, [user]);
  if (client === null) {
    return <Loading />;
  }
  return (
    <CarillonProvider client={client}>
      <ChannelsProvider>
        <NotificationsProvider>
          <PortalFrame />
        </NotificationsProvider>
      </ChannelsProvider>
    </CarillonProvider>
  );
}

function PortalFrame() {
  const { t } = useTranslation();
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const { status } = useConnection();
  useEffect(() => {
    if (status === "signed-out") {
      callApi("GET", "me").catch(() => {}); // which shows the sign-in if that is so
    }
  }, [status]);
  return (
    <Frame
      title={t("title")}
      navigation={<ChannelNavigation />}
      tools={<Bell isOpen={isDrawerOpen} onToggle={() => setDrawerOpen(!isDrawerOpen)} />}
      banner={
        <>
          <ConnectionBanner />
          <AcknowledgeBanner />
        </>
      }
      drawer={
        isDrawerOpen ? <NotificationDrawerPanel onClose={() => setDrawerOpen(false)} /> : null
      }
      isDrawerOpen={isDrawerOpen}
      fillsWindow
    >
      <Pages />
    </Frame>
  );
}

function Pages() {
  const route = useRoute();
  return (
    <ErrorBoundary key={JSON.stringify({ ...route, offset: null })}>
      <Suspense fallback={<Loading />}>
        {route.page === "channel" ? (
          <ChannelPage key={route.channelId} channelId={route.channelId} offset={route.offset} />
        ) : route.page === "list" ? (
          <TodoPage listId={route.listId} />
        ) : route.page === "resilience" ? (
          <ResiliencePage />
        ) : (
          <Home />
        )}
      </Suspense>
    </ErrorBoundary>
  );
}

/** Goes on to the first channel as soon as there is one. */
function Home() {
  const { channels } = useChannels();
  const first =
    channels?.find((one) => one.kind === "CHAT" && one.member && one.unread > 0) ??
    channels?.find((one) => one.kind === "CHAT" && one.member) ??
    channels?.find((one) => one.kind === "CHAT");
  useEffect(() => {
    if (first !== undefined) {
      leaveHome(first.channelId);
    }
  }, [first]);
  return <Loading />;
}
