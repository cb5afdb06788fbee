/** A value that changes, for any framework: React reads it with `useSyncExternalStore`. */
export interface Store<T> {
  /** The present value; the same object until something has changed. */
  get(): T;
  /** Calls the listener after each change; returns what ends that. */
  subscribe(listener: () => void): () => void;
}

/** A store together with the right to change it. */
export interface Cell<T> extends Store<T> {
  set(value: T): void;
  /** Replaces some members of an object. */
  patch(change: Partial<T>): void;
}

/** Makes a store. Setting the value that is there already tells nobody. */
export function cell<T>(initial: T): Cell<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  const set = (next: T) => {
    if (Object.is(next, value)) {
      return;
    }
    value = next;
    for (const listener of [...listeners]) {
      listener();
    }
  };
  return {
    get: () => value,
    set,
    patch: (change) => set({ ...value, ...change }),
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
