import { problemText, useSession } from "@carillon/ui";
import { Badge } from "@patternfly/react-core/dist/esm/components/Badge";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Nav, NavGroup, NavItem, NavList } from "@patternfly/react-core/dist/esm/components/Nav";
import BoltIcon from "@patternfly/react-icons/dist/esm/icons/bolt-icon";
import HashtagIcon from "@patternfly/react-icons/dist/esm/icons/hashtag-icon";
import ListIcon from "@patternfly/react-icons/dist/esm/icons/list-ul-icon";
import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import PlusIcon from "@patternfly/react-icons/dist/esm/icons/plus-icon";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { trialChannel } from "../resilience/trialChannel";
import { channelHash, listHash, RESILIENCE_HASH, useRoute } from "../routes";
import { CreateChannel } from "./CreateChannel";
import { useChannels } from "./channels";
import { type ChannelSummary, nameOf } from "./unread";

function UnreadBadge({ count }: { count: number }) {
  const { t } = useTranslation();
  return count === 0 ? null : (
    <Badge className="portal-unread" screenReaderText={t("channels.unread", { count })}>
      {count > 99 ? "99+" : count}
    </Badge>
  );
}

function ChannelItem({ summary, isActive }: { summary: ChannelSummary; isActive: boolean }) {
  return (
    <NavItem
      to={channelHash(summary.channelId)}
      isActive={isActive}
      icon={summary.visibility === "PRIVATE" ? <LockIcon /> : <HashtagIcon />}
      className={summary.unread > 0 ? "portal-has-unread" : ""}
    >
      <span className="portal-channel-name">{nameOf(summary)}</span>
      {isActive ? null : <UnreadBadge count={summary.unread} />}
    </NavItem>
  );
}

/** The channels with what is unread in them, the lists, and the other pages. */
export function ChannelNavigation() {
  const { t } = useTranslation();
  const { channels, failure } = useChannels();
  const route = useRoute();
  const [isCreating, setCreating] = useState(false);
  const trials = trialChannel(useSession().user?.id ?? "");
  const chats = (channels ?? []).filter(
    (one) => one.kind === "CHAT" && !one.archived && one.channelId !== trials,
  );
  const mine = chats.filter((one) => one.member);
  const others = chats.filter((one) => !one.member);
  const lists = (channels ?? []).filter((one) => one.kind === "LIST" && !one.archived);
  const isActive = ({ channelId }: ChannelSummary) =>
    route.page === "channel" && route.channelId === channelId;
  return (
    <>
      <Nav aria-label={t("channels.navigation")}>
        <NavGroup title={t("channels.mine")}>
          {mine.map((one) => (
            <ChannelItem key={one.channelId} summary={one} isActive={isActive(one)} />
          ))}
        </NavGroup>
        <div className="portal-nav-action">
          <Button variant="link" icon={<PlusIcon />} onClick={() => setCreating(true)}>
            {t("channels.create")}
          </Button>
        </div>
        {others.length > 0 ? (
          <NavGroup title={t("channels.others")}>
            {others.map((one) => (
              <ChannelItem key={one.channelId} summary={one} isActive={isActive(one)} />
            ))}
          </NavGroup>
        ) : null}
        {lists.length > 0 ? (
          <NavGroup title={t("channels.lists")}>
            {lists.map((one) => (
              <NavItem
                key={one.channelId}
                to={listHash(one.channelId)}
                icon={<ListIcon />}
                isActive={route.page === "list" && route.listId === one.channelId}
              >
                {nameOf(one) /* text: an element alone would be taken for the link */}
              </NavItem>
            ))}
          </NavGroup>
        ) : null}
        <NavList>
          <NavItem to={RESILIENCE_HASH} icon={<BoltIcon />} isActive={route.page === "resilience"}>
            {t("resilience.title")}
          </NavItem>
        </NavList>
      </Nav>
      {channels === null && failure !== null ? (
        <p className="portal-nav-problem" role="alert">
          {problemText(t, failure)}
        </p>
      ) : null}
      {isCreating ? <CreateChannel onClose={() => setCreating(false)} /> : null}
    </>
  );
}
