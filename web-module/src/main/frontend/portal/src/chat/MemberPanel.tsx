import { useClient } from "@carillon/client/react";
import { problemText, useToasts } from "@carillon/ui";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import TimesIcon from "@patternfly/react-icons/dist/esm/icons/times-icon";
import UserMinusIcon from "@patternfly/react-icons/dist/esm/icons/user-times-icon";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChannels } from "../channels/channels";
import { Face } from "./Face";
import type { Member, Members } from "./members";

interface MemberPanelProps {
  readonly channelId: string;
  readonly me: string;
  readonly members: Members;
  readonly mayManage: boolean;
  isOnline(userId: string): boolean;
  onClose(): void;
}

/** Who belongs to a channel, who of them is there, and for some: who is to come or to go. */
export function MemberPanel(props: MemberPanelProps) {
  const { channelId, me, members, mayManage, isOnline } = props;
  const { t } = useTranslation();
  const client = useClient();
  const toasts = useToasts();
  const channels = useChannels();
  const [userId, setUserId] = useState("");
  const path = `api/channels/${encodeURIComponent(channelId)}/members`;

  const change = async (method: string, where: string, body?: unknown) => {
    try {
      await client.request(method, where, body);
      await Promise.all([members.reload(), channels.reload()]);
      return true;
    } catch (failure) {
      toasts.show({ variant: "danger", title: problemText(t, failure) });
      return false;
    }
  };
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const whom = userId.trim();
    if (whom !== "" && (await change("POST", path, { userId: whom, role: "WRITER" }))) {
      setUserId("");
    }
  };
  const remove = (whom: string) => change("DELETE", `${path}/${encodeURIComponent(whom)}`);

  const sorted = (members.members ?? []).toSorted(
    (a, b) =>
      Number(isOnline(b.userId)) - Number(isOnline(a.userId)) || a.name.localeCompare(b.name),
  );
  const isMember = sorted.some((one) => one.userId === me);
  return (
    <aside className="chat-members" aria-label={t("members.title")}>
      <header>
        <h2>{t("members.title")}</h2>
        <Button
          variant="plain"
          icon={<TimesIcon />}
          aria-label={t("members.close")}
          onClick={props.onClose}
        />
      </header>
      {members.members === null ? <p>{t("members.unknown")}</p> : null}
      <ul>
        {sorted.map((member) => (
          <MemberLine
            key={member.userId}
            member={member}
            isMe={member.userId === me}
            isOnline={isOnline(member.userId)}
            {...(mayManage && member.userId !== me && { onRemove: () => remove(member.userId) })}
          />
        ))}
      </ul>
      {members.hasMore ? <p>{t("members.more")}</p> : null}
      {mayManage ? (
        <form onSubmit={add} className="chat-invite">
          <TextInput
            aria-label={t("members.invite")}
            placeholder={t("members.invite")}
            value={userId}
            maxLength={64}
            autoComplete="off"
            onChange={(_event, value) => setUserId(value)}
          />
          <Button type="submit" variant="secondary" isDisabled={userId.trim() === ""}>
            {t("members.add")}
          </Button>
        </form>
      ) : null}
      {isMember ? (
        <Button variant="link" isDanger onClick={() => remove(me)}>
          {t("members.leave")}
        </Button>
      ) : null}
    </aside>
  );
}

interface MemberLineProps {
  readonly member: Member;
  readonly isMe: boolean;
  readonly isOnline: boolean;
  readonly onRemove?: () => void;
}

function MemberLine({ member, isMe, isOnline, onRemove }: MemberLineProps) {
  const { t } = useTranslation();
  return (
    <li>
      <Face userId={member.userId} name={member.name} isOnline={isOnline} />
      <span className="chat-member-name">
        {member.name} {isMe ? <span className="chat-subtle">{t("members.you")}</span> : null}
      </span>
      {member.role === "OWNER" || member.role === "MODERATOR" ? (
        <Label isCompact>{t(`members.role.${member.role}`)}</Label>
      ) : null}
      {onRemove === undefined ? null : (
        <Button
          variant="plain"
          size="sm"
          icon={<UserMinusIcon />}
          aria-label={t("members.remove", { name: member.name })}
          onClick={onRemove}
        />
      )}
    </li>
  );
}
