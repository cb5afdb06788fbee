import { createContext, useContext } from "react";
import type { OrgRole, Right } from "../api/types.js";

/** Who is signed in, and what the server lets them do; what is hidden here is refused there too. */
export interface Self {
  id: string;
  name: string;
  role: OrgRole;
  organization: string;
  rights: ReadonlySet<Right>;
  operatesServer: boolean;
}

/** `GET /api/me`, as far as the console needs it. */
export interface Me {
  id: string;
  name: string;
  role: OrgRole;
  organization: string;
  adminRights?: Right[];
  operatesServer?: boolean;
}

export function selfOf(me: Me): Self {
  return {
    id: me.id,
    name: me.name,
    role: me.role,
    organization: me.organization,
    rights: new Set(me.adminRights ?? []),
    operatesServer: me.operatesServer ?? false,
  };
}

export const SelfContext = createContext<Self | null>(null);

/** Who is signed in. Only below the sign-in. */
export function useSelf(): Self {
  const self = useContext(SelfContext);
  if (self === null) {
    throw new Error("nobody is signed in");
  }
  return self;
}

/** Whether the caller has a right. */
export function useMay(): (right: Right) => boolean {
  const { rights } = useSelf();
  return (right) => rights.has(right);
}
