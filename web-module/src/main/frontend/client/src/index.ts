/**
 * Carillon's client: chat, notifications, presence and live data over one connection.
 *
 * @packageDocumentation
 */
export { createClient } from "./client";
export { CarillonError, codeOfStatus, type ErrorCode, type Retry } from "./errors";
export { fieldMerge, rebase } from "./merge";
export { notifications } from "./notifications";
export { presence } from "./presence";
export { type Cell, cell, type Store } from "./store";
export { eventStream } from "./stream";
export { todos } from "./todos";
export type * from "./types";

/** The version of this client. */
export const version = "1.0.0";
