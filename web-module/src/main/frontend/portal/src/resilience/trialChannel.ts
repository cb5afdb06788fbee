const MAX_NAME = 200;

/** The channel in which a user's trials run; it is theirs alone, and in no list of channels. */
export function trialChannel(userId: string): string {
  return `resilience-${userId}`.slice(0, MAX_NAME);
}
