/** What the admin API answers; the names are the server's. */

export type OrgRole =
  | "MEMBER"
  | "VIEWER"
  | "MODERATOR"
  | "CHANNEL_ADMIN"
  | "OPERATOR"
  | "ADMIN"
  | "OWNER";

export const ORG_ROLES: readonly OrgRole[] = [
  "MEMBER",
  "VIEWER",
  "MODERATOR",
  "CHANNEL_ADMIN",
  "OPERATOR",
  "ADMIN",
  "OWNER",
];

export type Right =
  | "OVERVIEW_VIEW"
  | "CHANNELS_VIEW"
  | "CHANNELS_MANAGE"
  | "MEMBERS_MODERATE"
  | "MESSAGES_READ"
  | "MESSAGES_MODERATE"
  | "USERS_VIEW"
  | "USERS_MANAGE"
  | "CONNECTIONS_VIEW"
  | "CONNECTIONS_CLOSE"
  | "NODES_VIEW"
  | "NODES_DRAIN"
  | "SETTINGS_VIEW"
  | "ANNOUNCEMENTS_VIEW"
  | "ANNOUNCEMENTS_SEND"
  | "KEYS_MANAGE"
  | "AUDIT_VIEW"
  | "RIGHTS_EXPLAIN";

/** A page of a list; {@link total} comes with the first page only. */
export interface List<T> {
  items: T[];
  next: string | null;
  total: number | null;
}

export interface Numbers {
  connections: number;
  byTransport: Record<string, number>;
  subscriptions: number | null;
  activeChannels: number | null;
  publishesPerSecond: number | null;
  deliveriesPerSecond: number | null;
  refusedPerSecond: Record<string, number> | null;
  slowConsumers: number | null;
  overflowsPerSecond: number | null;
  latencyMillis: { p50: number; p95: number; p99: number; count: number } | null;
}

export type NodeState = "UP" | "DRAINING" | "DEAD";

export interface NodeNumbers extends Partial<Numbers> {
  id: string;
  run: string;
  self: boolean;
  state: NodeState;
  version: string;
  startedAt: string;
  loadPercent: number | null;
  heapUsedBytes?: number | null;
  heapMaxBytes?: number | null;
}

export interface Overview {
  at: string;
  scope: "SERVER" | "ORGANIZATION";
  users: number;
  channels: { total: number; archived: number };
  online: number;
  total: Numbers;
  nodes: NodeNumbers[];
}

export type ChannelKind = "CHAT" | "LIST" | "EPHEMERAL";
export const CHANNEL_KINDS: readonly ChannelKind[] = ["CHAT", "LIST", "EPHEMERAL"];
export type Visibility = "PUBLIC" | "PRIVATE";
export const VISIBILITIES: readonly Visibility[] = ["PUBLIC", "PRIVATE"];
export type PublishPolicy = "EVERYONE" | "MEMBERS" | "MODERATORS";
export const PUBLISH_POLICIES: readonly PublishPolicy[] = ["EVERYONE", "MEMBERS", "MODERATORS"];

export interface Policy {
  history: string;
  publish: PublishPolicy;
  maxMessageBytes: number;
  slowModeSeconds: number;
  conflicts: string;
}

export interface Channel {
  channelId: string;
  kind: ChannelKind;
  visibility: Visibility;
  title: string;
  topic: string;
  policy: Policy;
  archived: boolean;
  lastOffset: number;
  members: number;
  createdAt: string;
}

export interface ChannelDetail extends Channel {
  listeners: number;
  you: { role: MemberRole | null; mayRead: boolean; mayPublish: boolean; member: boolean };
}

export interface ChannelStatistics {
  messages: number;
  edited: number;
  deleted: number;
  authors: number;
  payloadBytes: number;
  firstAt: string | null;
  lastAt: string | null;
  perDay: { day: string; messages: number }[];
  members: Record<string, number>;
  banned: number;
  listeners: number;
}

export interface BulkAnswer {
  dryRun: boolean;
  count: number;
  sample?: string[];
  confirmation: string | null;
  changed?: number;
  failed?: { channelId: string; code: string }[];
  remaining?: number;
}

export type MemberRole = "OWNER" | "MODERATOR" | "WRITER" | "READER";
export const MEMBER_ROLES: readonly MemberRole[] = ["OWNER", "MODERATOR", "WRITER", "READER"];

export interface Member {
  userId: string;
  name: string;
  avatarUrl: string | null;
  role: MemberRole;
  mutedUntil: string | null;
  joinedAt: string;
  lastReadOffset: number;
  online: boolean;
}

export interface Ban {
  userId: string;
  name: string;
  bannedAt: string;
  bannedBy: string;
  reason: string | null;
}

export interface Message {
  id: string;
  channelId: string;
  offset: number;
  revision: number;
  deleted?: boolean;
  content?: string;
  name?: string;
  payload?: unknown;
  authorId?: string;
  author?: { id: string; name: string; avatarUrl: string | null };
  createdAt?: string;
  editedAt?: string;
  version?: number;
}

export interface User {
  userId: string;
  name: string;
  avatarUrl: string | null;
  role: OrgRole;
  local: boolean;
  locked: boolean;
  online: boolean;
  createdAt: string;
}

export interface UserDetail extends User {
  channels: {
    channelId: string;
    role: MemberRole | null;
    mutedUntil: string | null;
    banned: boolean;
  }[];
  connections: number;
}

export interface Connection {
  id: string;
  node: string;
  run: string;
  userId: string;
  name: string;
  kind: "USER" | "API_KEY";
  transport: string;
  address: string;
  since: string;
  expiresAt: string | null;
  channels: number;
  queuedBytes: number;
  stalledMillis: number;
}

export interface ConnectionDetail extends Connection {
  channelIds: string[];
  role: OrgRole;
}

export interface ConnectionList extends List<Connection> {
  nodes?: { asked: number; answered: number };
}

export interface NodeEntry {
  id: string;
  run: string;
  version: string;
  state: NodeState;
  startedAt: string;
  seenAt: string;
  connections: number;
  loadPercent: number;
  drainWanted: boolean;
  self: boolean;
}

export type Audience =
  | { kind: "EVERYBODY" }
  | { kind: "ROLES"; roles: OrgRole[] }
  | { kind: "CHANNEL"; channelId: string }
  | { kind: "USERS"; userIds: string[] };

export type AnnouncementState = "SCHEDULED" | "SENDING" | "SENT" | "CANCELLED" | "FAILED";
export const ANNOUNCEMENT_STATES: readonly AnnouncementState[] = [
  "SCHEDULED",
  "SENDING",
  "SENT",
  "CANCELLED",
  "FAILED",
];

export interface Announcement {
  id: string;
  type: string;
  title: string;
  message: string | null;
  url: string | null;
  audience: Audience;
  mustAcknowledge: boolean;
  state: AnnouncementState;
  scheduledAt: string | null;
  sentAt: string | null;
  createdBy: string;
  createdAt: string;
  failure: string | null;
  recipients: { total: number; seen: number; read: number; acknowledged: number } | null;
}

export interface Recipient {
  userId: string;
  name: string;
  state: "NEW" | "SEEN" | "READ" | "ACKNOWLEDGED";
}

export interface ApiKey {
  id: string;
  name: string;
  createdAt: string;
  revokedAt: string | null;
  rotatedAt: string | null;
  previousValidUntil: string | null;
  lastUsedAt: string | null;
}

/** The only answers that hold a secret. */
export interface ApiKeyWithSecret extends ApiKey {
  key: string;
}

export interface AuditLine {
  id: number;
  no: number | null;
  at: string;
  actor: string;
  actorKind: string;
  action: string;
  channelId: string | null;
  target: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  address: string | null;
  reason: string | null;
  hash: string | null;
  previousHash: string | null;
}

export interface AuditCheck {
  intact: boolean;
  lines: number;
  before: number;
  headNo: number;
  headHash: string;
  fault: { id: number; no: number; kind: "CHANGED" | "MISSING" | "UNCHAINED" } | null;
}

export interface Setting {
  key: string;
  value: string | null;
  byDefault: string | null;
  source: "DEFAULT" | "FILE" | "DEPLOYMENT" | "SYSTEM_PROPERTY" | "ENVIRONMENT";
  sourceDetail: string | null;
  secret: boolean;
  help: string;
}

export const ACTIONS = [
  "READ",
  "PUBLISH",
  "TYPE",
  "EDIT_OWN",
  "EDIT_OTHERS",
  "DELETE_OWN",
  "DELETE_OTHERS",
  "JOIN",
  "SEE",
  "MANAGE",
  "ADD_MEMBER",
  "REMOVE_MEMBER",
  "MUTE",
] as const;

export type Action = (typeof ACTIONS)[number];

export interface Explanation {
  userId: string;
  channelId: string;
  action: Action;
  allowed: boolean;
  code: string | null;
  path: { rule: string; holds: boolean; text: string }[];
}

export interface ExplanationTable {
  userId: string;
  channelId: string;
  actions: { action: Action; allowed: boolean; code: string | null }[];
}
