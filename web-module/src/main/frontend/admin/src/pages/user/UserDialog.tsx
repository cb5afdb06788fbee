import { useState } from "react";
import { adminPath, type Call } from "../../api/call.js";
import { ORG_ROLES, type User } from "../../api/types.js";
import { Dialog } from "../../parts/Dialog.js";
import { ChoiceField, TextField } from "../../parts/Fields.js";
import type { MenuAction } from "../../parts/RowMenu.js";
import { type Speech, useSpeech } from "../../text/index.js";

export type UserWhat =
  | "rename"
  | "role"
  | "password"
  | "lock"
  | "unlock"
  | "signOut"
  | "disconnect";

/** Something that is to be done with a user. */
export interface UserDoing {
  what: UserWhat;
  user: User;
}

const DANGEROUS: readonly UserWhat[] = ["lock", "signOut", "disconnect"];

/** What fits a user: a role from outside cannot be changed here, nor a password that is not ours. */
export function userActions(
  user: User,
  t: Speech["t"],
  onChoose: (doing: UserDoing) => void,
): MenuAction[] {
  const fitting: UserWhat[] = [
    ...(user.local ? (["rename", "role", "password"] as const) : []),
    user.locked ? "unlock" : "lock",
    "signOut",
    "disconnect",
  ];
  return fitting.map((what) => ({
    label: t(`user.${what}`),
    danger: DANGEROUS.includes(what),
    onClick: () => onChoose({ what, user }),
  }));
}

/** Asks before something is done with a user. */
export function UserDialog(props: UserDoing & { onClose: () => void; onDone: () => void }) {
  const { t } = useSpeech();
  const { what, user } = props;
  const [name, setName] = useState(user.name);
  const [role, setRole] = useState<string>(user.role);
  const [password, setPassword] = useState("");
  const call = (): Call | null => {
    const id = user.userId;
    switch (what) {
      case "rename":
        return name.trim() === ""
          ? null
          : { method: "PATCH", path: adminPath`users/${id}`, body: { name: name.trim() } };
      case "role":
        return { method: "PATCH", path: adminPath`users/${id}`, body: { role } };
      case "password":
        return password.length < 8
          ? null
          : { method: "PUT", path: adminPath`users/${id}/password`, body: { password } };
      case "lock":
        return { method: "PUT", path: adminPath`users/${id}/lock` };
      case "unlock":
        return { method: "DELETE", path: adminPath`users/${id}/lock` };
      case "signOut":
        return { method: "POST", path: adminPath`users/${id}/sign-out` };
      case "disconnect":
        return { method: "DELETE", path: adminPath`users/${id}/connections` };
    }
  };
  return (
    <Dialog
      title={`${t(`user.${what}`)}: ${user.userId}`}
      text={t(`user.text.${what}`)}
      submit={t(`user.${what}`)}
      danger={DANGEROUS.includes(what)}
      call={call()}
      done={t("saved")}
      onClose={props.onClose}
      onDone={props.onDone}
    >
      {what === "rename" ? (
        <TextField label={t("name")} value={name} maxLength={200} required onChange={setName} />
      ) : null}
      {what === "role" ? (
        <ChoiceField
          label={t("role")}
          value={role}
          choices={ORG_ROLES.map((one) => [one, t(`role.${one}`)])}
          help={t(`role.help.${role as "MEMBER"}`)}
          onChange={setRole}
        />
      ) : null}
      {what === "password" ? (
        <TextField
          label={t("password")}
          type="password"
          value={password}
          minLength={8}
          maxLength={200}
          required
          help={t("users.passwordHelp")}
          onChange={setPassword}
        />
      ) : null}
    </Dialog>
  );
}
