/**
 * Carillon's hooks for React 18 and 19. All need a {@link CarillonProvider} above them.
 *
 * @packageDocumentation
 */
export { CarillonProvider, useClient } from "./provider";
export type * from "./types";
export { useChannel } from "./useChannel";
export { useConnection } from "./useConnection";
export { useNotifications } from "./useNotifications";
export { useOptimisticMessages } from "./useOptimisticMessages";
export { usePresence } from "./usePresence";
export { useSSE } from "./useSSE";
export { useStore } from "./useStore";
export { useTodos } from "./useTodos";
export { useTyping } from "./useTyping";
