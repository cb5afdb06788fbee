import BullhornIcon from "@patternfly/react-icons/dist/esm/icons/bullhorn-icon";
import CogIcon from "@patternfly/react-icons/dist/esm/icons/cog-icon";
import CommentsIcon from "@patternfly/react-icons/dist/esm/icons/comments-icon";
import HistoryIcon from "@patternfly/react-icons/dist/esm/icons/history-icon";
import KeyIcon from "@patternfly/react-icons/dist/esm/icons/key-icon";
import PlugIcon from "@patternfly/react-icons/dist/esm/icons/plug-icon";
import QuestionCircleIcon from "@patternfly/react-icons/dist/esm/icons/question-circle-icon";
import ServerIcon from "@patternfly/react-icons/dist/esm/icons/server-icon";
import TachometerAltIcon from "@patternfly/react-icons/dist/esm/icons/tachometer-alt-icon";
import UsersIcon from "@patternfly/react-icons/dist/esm/icons/users-icon";
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { Right } from "../api/types.js";
import type { TextKey } from "../text/index.js";

/** A page below one of the menu's entries, for the thing that the address names. */
export interface DetailProps {
  id: string;
}

/** An entry of the menu. */
export interface PageEntry {
  /** The first segment of the address. */
  id: string;
  text: TextKey;
  group: TextKey;
  /** Whoever lacks it does not see the entry. */
  right: Right;
  icon: ComponentType;
  /** The key after `g` that goes here. */
  shortcut: string;
  page: LazyExoticComponent<ComponentType>;
  detail?: LazyExoticComponent<ComponentType<DetailProps>>;
}

/** The menu, in its order. Each page is fetched when it is first opened. */
export const pages: readonly PageEntry[] = [
  {
    id: "overview",
    text: "page.overview",
    group: "group.live",
    right: "OVERVIEW_VIEW",
    icon: TachometerAltIcon,
    shortcut: "o",
    page: lazy(() => import("../pages/overview.js")),
  },
  {
    id: "channels",
    text: "page.channels",
    group: "group.manage",
    right: "CHANNELS_VIEW",
    icon: CommentsIcon,
    shortcut: "c",
    page: lazy(() => import("../pages/channels.js")),
    detail: lazy(() => import("../pages/channel.js")),
  },
  {
    id: "users",
    text: "page.users",
    group: "group.manage",
    right: "USERS_VIEW",
    icon: UsersIcon,
    shortcut: "u",
    page: lazy(() => import("../pages/users.js")),
    detail: lazy(() => import("../pages/user.js")),
  },
  {
    id: "announcements",
    text: "page.announcements",
    group: "group.manage",
    right: "ANNOUNCEMENTS_VIEW",
    icon: BullhornIcon,
    shortcut: "a",
    page: lazy(() => import("../pages/announcements.js")),
    detail: lazy(() => import("../pages/announcement.js")),
  },
  {
    id: "connections",
    text: "page.connections",
    group: "group.live",
    right: "CONNECTIONS_VIEW",
    icon: PlugIcon,
    shortcut: "n",
    page: lazy(() => import("../pages/connections.js")),
    detail: lazy(() => import("../pages/connection.js")),
  },
  {
    id: "nodes",
    text: "page.nodes",
    group: "group.live",
    right: "NODES_VIEW",
    icon: ServerIcon,
    shortcut: "d",
    page: lazy(() => import("../pages/nodes.js")),
  },
  {
    id: "explain",
    text: "page.explain",
    group: "group.secure",
    right: "RIGHTS_EXPLAIN",
    icon: QuestionCircleIcon,
    shortcut: "w",
    page: lazy(() => import("../pages/explain.js")),
  },
  {
    id: "keys",
    text: "page.keys",
    group: "group.secure",
    right: "KEYS_MANAGE",
    icon: KeyIcon,
    shortcut: "k",
    page: lazy(() => import("../pages/keys.js")),
  },
  {
    id: "audit",
    text: "page.audit",
    group: "group.secure",
    right: "AUDIT_VIEW",
    icon: HistoryIcon,
    shortcut: "l",
    page: lazy(() => import("../pages/audit.js")),
  },
  {
    id: "settings",
    text: "page.settings",
    group: "group.secure",
    right: "SETTINGS_VIEW",
    icon: CogIcon,
    shortcut: "s",
    page: lazy(() => import("../pages/settings.js")),
  },
];

/** The menu's groups, in their order. */
export const groups: readonly TextKey[] = ["group.live", "group.manage", "group.secure"];

/** The entries that somebody with these rights sees. */
export function pagesFor(rights: ReadonlySet<Right>): readonly PageEntry[] {
  return pages.filter((page) => rights.has(page.right));
}
