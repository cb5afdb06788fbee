import { useChannel, useClient, useOptimisticMessages, usePresence } from "@carillon/client/react";
import { problemText, useSession, useStored, useToasts } from "@carillon/ui";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateBody } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import UsersIcon from "@patternfly/react-icons/dist/esm/icons/users-icon";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChannels } from "../channels/channels";
import { nameOf } from "../channels/unread";
import { channelHash } from "../routes";
import { ChatLog, type ChatLogHandle } from "./ChatLog";
import { Composer, type ComposerHandle } from "./Composer";
import { MemberPanel } from "./MemberPanel";
import { useMembers } from "./members";
import type { Mentionable } from "./mentions";
import { excerptOf, type Quote } from "./quote";
import { textOf } from "./rows";
import { TypingLine } from "./TypingLine";

/** Whose presence a chat shows at most. */
const MAX_WATCHED = 300;

interface ChannelPageProps {
  readonly channelId: string;
  /** A message to show; null for the first unread one. */
  readonly offset: number | null;
}

/** A channel: its messages, who is in it, and what is being written. */
export default function ChannelPage({ channelId, offset }: ChannelPageProps) {
  const { t } = useTranslation();
  const client = useClient();
  const toasts = useToasts();
  const { user } = useSession();
  const me = user?.id ?? "";
  const channel = useChannel(channelId);
  const { items } = useOptimisticMessages(channelId);
  const { channels, failure, reload } = useChannels();
  const summary = channels?.find((one) => one.channelId === channelId);
  const members = useMembers(channelId, channel.status === "live");
  const log = useRef<ChatLogHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  const [quote, setQuote] = useState<Quote | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const [panel, setPanel] = useStored("carillon.members", "closed");

  const people = useMemo(() => peopleOf(members.members ?? [], items), [members.members, items]);
  const presence = usePresence(
    useMemo(() => people.slice(0, MAX_WATCHED).map((one) => one.userId), [people]),
  );
  const names = useMemo(() => new Map(people.map((one) => [one.userId, one.name])), [people]);

  useEffect(() => {
    if (channel.reloaded !== null) {
      toasts.show({ title: t("chat.reloaded"), text: t(`chat.reset.${channel.reloaded}`) });
    }
  }, [channel.reloaded, toasts, t]);

  const report = (failure: unknown) =>
    toasts.show({ variant: "danger", title: problemText(t, failure) });

  const join = async () => {
    try {
      await client.request("POST", `api/channels/${encodeURIComponent(channelId)}/members`, {});
      await reload();
    } catch (failure) {
      report(failure);
    }
  };

  const editLast = () => {
    const last = items.findLast(
      (item) => item.state === "stored" && item.authorId === me && item.deleted !== true,
    );
    if (last?.id !== undefined) {
      setEditing(last.id);
      log.current?.show(last.offset ?? 0);
    }
  };

  if (channel.status === "refused") {
    return (
      <EmptyState titleText={t("chat.refused")} headingLevel="h1" icon={LockIcon}>
        <EmptyStateBody>{problemText(t, channel.error)}</EmptyStateBody>
      </EmptyState>
    );
  }
  const lastRead =
    summary?.member === true
      ? Math.max(summary.lastReadOffset, channel.lastRead ?? 0)
      : channels === null && failure === null
        ? undefined
        : null;
  const isOpen = panel === "open";
  const mayModerate = ["OWNER", "MODERATOR"].includes(channel.role ?? summary?.role ?? "");
  return (
    <div className={isOpen ? "chat chat-with-members" : "chat"}>
      <div className="chat-main">
        <header className="chat-header">
          <div className="chat-title">
            <h1>{nameOf(summary ?? { channelId })}</h1>
            {summary?.topic ? <span className="chat-topic">{summary.topic}</span> : null}
          </div>
          {summary?.archived ? <Label color="grey">{t("chat.archived")}</Label> : null}
          {summary !== undefined && !summary.member && !summary.archived ? (
            <Button size="sm" onClick={join}>
              {t("chat.join")}
            </Button>
          ) : null}
          <Button
            variant="plain"
            aria-label={t("members.toggle", { count: members.members?.length ?? 0 })}
            aria-expanded={isOpen}
            icon={<UsersIcon />}
            onClick={() => setPanel(isOpen ? "closed" : "open")}
          >
            {members.members?.length ?? null}
          </Button>
        </header>
        <ChatLog
          ref={log}
          channelId={channelId}
          channel={channel}
          items={items}
          me={me}
          myName={user?.name ?? me}
          lastRead={lastRead}
          target={offset}
          isOnline={presence.isOnline}
          mayModerate={mayModerate}
          editing={editing}
          onEdit={setEditing}
          onFailure={report}
          onReply={(item) => {
            setQuote({
              authorName: item.author?.name ?? item.authorId ?? "",
              channelId,
              offset: item.offset ?? 0,
              excerpt: excerptOf(textOf(item)),
            });
            composer.current?.focus();
          }}
          onTakeBack={(item) => {
            if (item.clientId !== undefined) {
              channel.discard(item.clientId).catch(report);
              composer.current?.insert(textOf(item));
            }
          }}
          onQuoteFollowed={(place) => {
            log.current?.show(place);
            history.replaceState(null, "", channelHash(channelId));
          }}
        />
        <TypingLine typing={channel.typing} names={names} />
        {summary?.archived ? (
          <p className="chat-closed">{t("chat.archivedHint")}</p>
        ) : (
          <Composer
            ref={composer}
            channelId={channelId}
            me={me}
            people={people}
            quote={quote}
            onQuoteRemoved={() => setQuote(null)}
            onType={channel.type}
            onStopTyping={channel.stopTyping}
            onEditLast={editLast}
            onSend={(content) => {
              // Shown in the chat whatever comes of it, with the reason.
              channel.send(content).catch(() => {});
              log.current?.toEnd();
            }}
          />
        )}
      </div>
      {isOpen ? (
        <MemberPanel
          channelId={channelId}
          me={me}
          members={members}
          mayManage={mayModerate}
          isOnline={presence.isOnline}
          onClose={() => setPanel("closed")}
        />
      ) : null}
    </div>
  );
}

/** Everybody who can be met in a channel: its members and the authors of what is there. */
function peopleOf(
  members: readonly Mentionable[],
  items: readonly { author?: { id: string; name: string } | undefined }[],
): Mentionable[] {
  const people = new Map<string, Mentionable>();
  for (const { userId, name } of members) {
    people.set(userId, { userId, name });
  }
  for (const { author } of items) {
    if (author !== undefined && !people.has(author.id)) {
      people.set(author.id, { userId: author.id, name: author.name });
    }
  }
  return [...people.values()];
}
