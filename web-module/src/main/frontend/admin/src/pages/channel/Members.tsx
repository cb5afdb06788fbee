import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { useState } from "react";
import { adminPath, type Call } from "../../api/call.js";
import { MEMBER_ROLES, type Member } from "../../api/types.js";
import { useMay } from "../../app/rights.js";
import { usePlace } from "../../app/router.js";
import { Dialog } from "../../parts/Dialog.js";
import { Empty } from "../../parts/Empty.js";
import { ChoiceField, TextField } from "../../parts/Fields.js";
import { ChoiceFilter, FilterBar, SearchFilter } from "../../parts/Filters.js";
import { Pager } from "../../parts/Pager.js";
import { Problem } from "../../parts/Problem.js";
import { RowMenu } from "../../parts/RowMenu.js";
import { Online, UserLink, When } from "../../parts/Shown.js";
import { type Column, Table } from "../../parts/Table.js";
import { usePaged } from "../../parts/usePaged.js";
import { useSpeech } from "../../text/index.js";

type Doing =
  | { what: "add" }
  | { what: "role" | "mute" | "unmute" | "kick" | "ban"; member: Member };

/** Who belongs to a channel, and what can be done about it. */
export function Members({ channelId }: { channelId: string }) {
  const { t, number } = useSpeech();
  const may = useMay();
  const { query } = usePlace();
  const [doing, setDoing] = useState<Doing | null>(null);
  const members = usePaged<Member>(adminPath`channels/${channelId}/members`, {
    q: query.get("q"),
    role: query.get("role"),
  });
  const columns: Column<Member>[] = [
    {
      key: "user",
      label: t("user"),
      render: (member) => <UserLink id={member.userId} name={member.name} />,
    },
    {
      key: "role",
      label: t("role"),
      render: (member) => (
        <span className="adm-labels">
          {t(`member.${member.role}`)}
          {member.mutedUntil === null ? null : (
            <Label isCompact color="orange">
              {t("member.muted")} <When at={member.mutedUntil} />
            </Label>
          )}
        </span>
      ),
    },
    { key: "online", label: t("state"), render: (member) => <Online online={member.online} /> },
    { key: "joined", label: t("member.joined"), render: (member) => <When at={member.joinedAt} /> },
    {
      key: "read",
      label: t("member.read"),
      numeric: true,
      render: (member) => number(member.lastReadOffset),
    },
  ];
  const actionsFor = (member: Member) => {
    const act = (what: Exclude<Doing["what"], "add">) => ({
      label: t(`do.${what}`),
      danger: what === "kick" || what === "ban",
      onClick: () => setDoing({ what, member }),
    });
    return [
      ...(may("CHANNELS_MANAGE") ? [act("role")] : []),
      ...(may("MEMBERS_MODERATE")
        ? [act(member.mutedUntil === null ? "mute" : "unmute"), act("kick"), act("ban")]
        : []),
    ];
  };
  const finish = () => {
    setDoing(null);
    members.reload();
  };
  return (
    <>
      <FilterBar>
        <SearchFilter label={t("members.search")} />
        <ChoiceFilter
          name="role"
          label={t("role")}
          choices={MEMBER_ROLES.map((role) => [role, t(`member.${role}`)])}
        />
        {may("CHANNELS_MANAGE") ? (
          <Button onClick={() => setDoing({ what: "add" })}>{t("do.add")}</Button>
        ) : null}
      </FilterBar>
      <Problem error={members.error} onRetry={members.reload} />
      <Table
        label={t("tab.members")}
        columns={columns}
        rows={members.data?.items}
        rowKey={(member) => member.userId}
        loading={members.loading}
        empty={<Empty title={t("members.empty")} />}
        actions={(member) => (
          <RowMenu label={t("actionsOf", { name: member.userId })} actions={actionsFor(member)} />
        )}
      />
      <Pager paged={members} />
      {doing === null ? null : (
        <MemberDialog
          channelId={channelId}
          doing={doing}
          onClose={() => setDoing(null)}
          onDone={finish}
        />
      )}
    </>
  );
}

const MUTES = ["15", "60", "1440", "10080", "525600"] as const;

function MemberDialog(props: {
  channelId: string;
  doing: Doing;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useSpeech();
  const { channelId, doing, onClose, onDone } = props;
  const member = doing.what === "add" ? null : doing.member;
  const [userId, setUserId] = useState(member?.userId ?? "");
  const [role, setRole] = useState<string>(member?.role ?? "WRITER");
  const [minutes, setMinutes] = useState<string>("60");
  const one = adminPath`channels/${channelId}/members/${userId}`;
  const call = (): Call | null => {
    switch (doing.what) {
      case "add":
        return userId.trim() === ""
          ? null
          : {
              method: "POST",
              path: adminPath`channels/${channelId}/members`,
              body: { userId: userId.trim(), role },
            };
      case "role":
        return { method: "PATCH", path: one, body: { role } };
      case "mute":
        return { method: "PATCH", path: one, body: { mutedUntil: inMinutes(Number(minutes)) } };
      case "unmute":
        return { method: "PATCH", path: one, body: { mutedUntil: null } };
      case "kick":
        return { method: "DELETE", path: one };
      case "ban":
        return { method: "PUT", path: adminPath`channels/${channelId}/bans/${userId}` };
    }
  };
  return (
    <Dialog
      title={t(`do.${doing.what}`)}
      text={t(`do.text.${doing.what}`, { name: member?.name ?? "", channel: channelId })}
      submit={t(`do.${doing.what}`)}
      danger={doing.what === "kick" || doing.what === "ban"}
      call={call()}
      done={t("saved")}
      onClose={onClose}
      onDone={onDone}
    >
      {doing.what === "add" ? (
        <TextField
          label={t("userId")}
          value={userId}
          maxLength={64}
          required
          onChange={setUserId}
        />
      ) : null}
      {doing.what === "add" || doing.what === "role" ? (
        <ChoiceField
          label={t("role")}
          value={role}
          choices={MEMBER_ROLES.map((name) => [name, t(`member.${name}`)])}
          onChange={setRole}
        />
      ) : null}
      {doing.what === "mute" ? (
        <ChoiceField
          label={t("mute.for")}
          value={minutes}
          choices={MUTES.map((value) => [value, t(`mute.${value}`)])}
          onChange={setMinutes}
        />
      ) : null}
    </Dialog>
  );
}

/** To the minute, so that the shown call does not change with each key. */
function inMinutes(minutes: number): string {
  const minute = 60_000;
  return new Date(Math.ceil(Date.now() / minute) * minute + minutes * minute).toISOString();
}
