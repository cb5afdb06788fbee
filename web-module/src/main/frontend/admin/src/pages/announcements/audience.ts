import type { Audience, OrgRole } from "../../api/types.js";

export type AudienceKind = Audience["kind"];
export const AUDIENCE_KINDS: readonly AudienceKind[] = ["EVERYBODY", "ROLES", "CHANNEL", "USERS"];
const MAX_USERS = 1000;

/** Who shall get an announcement, as the fields of the form hold it. */
export interface AudienceFields {
  kind: AudienceKind;
  roles: ReadonlySet<OrgRole>;
  channelId: string;
  users: string;
}

/** The fields in the server's words; null while somebody is missing. */
export function audienceOf(fields: AudienceFields): Audience | null {
  switch (fields.kind) {
    case "EVERYBODY":
      return { kind: "EVERYBODY" };
    case "ROLES":
      return fields.roles.size === 0 ? null : { kind: "ROLES", roles: [...fields.roles] };
    case "CHANNEL":
      return fields.channelId.trim() === ""
        ? null
        : { kind: "CHANNEL", channelId: fields.channelId.trim() };
    case "USERS": {
      const userIds = [...new Set(fields.users.split(/[\s,;]+/).filter((id) => id !== ""))];
      return userIds.length === 0 || userIds.length > MAX_USERS ? null : { kind: "USERS", userIds };
    }
  }
}
