import type { Environment, Outgoing } from "./types";

/** An outgoing message as it is kept. */
export interface Kept extends Omit<Outgoing, "error"> {
  /** Server and user. */
  scope: string;
  /** Rises with the time of writing. */
  order: number;
  error: { code: string; message: string } | null;
}

const DATABASE = "carillon";
const OUTBOX = "outbox";
const USERS = "users";
const OPEN_MILLIS = 5_000;

/** What survives a reload: messages that are not stored yet. Without IndexedDB, nothing does. */
export class Shelf {
  private database: Promise<IDBDatabase | null> | null = null;

  constructor(private readonly env: Environment) {}

  private open(): Promise<IDBDatabase | null> {
    this.database ??= new Promise((resolve) => {
      const { indexedDB } = this.env;
      if (indexedDB === null) {
        resolve(null);
        return;
      }
      setTimeout(() => resolve(null), OPEN_MILLIS); // some browsers never answer in private windows
      try {
        const request = indexedDB.open(DATABASE, 1);
        request.onupgradeneeded = () => {
          request.result.createObjectStore(OUTBOX, { keyPath: ["scope", "order", "clientId"] });
          request.result.createObjectStore(USERS);
        };
        request.onsuccess = () => {
          request.result.onversionchange = () => request.result.close();
          resolve(request.result);
        };
        request.onerror = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
    return this.database;
  }

  /** Does something with a store; null where there is no storage, or it refuses. */
  private async use<T>(
    store: string,
    mode: IDBTransactionMode,
    action: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T | null> {
    const database = await this.open();
    return new Promise((resolve) => {
      if (database === null) {
        resolve(null);
        return;
      }
      try {
        const transaction = database.transaction(store, mode);
        const request = action(transaction.objectStore(store));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
  }

  put(item: Kept): Promise<unknown> {
    return this.use(OUTBOX, "readwrite", (store) => store.put(item));
  }

  delete(item: Kept): Promise<unknown> {
    const { scope, order, clientId } = item;
    return this.use(OUTBOX, "readwrite", (store) => store.delete([scope, order, clientId]));
  }

  /** In the order of writing. */
  async all(scope: string): Promise<Kept[]> {
    const range = () => IDBKeyRange.bound([scope], [scope, []]);
    return (await this.use<Kept[]>(OUTBOX, "readonly", (store) => store.getAll(range()))) ?? [];
  }

  /** Whose page this was last, for showing what waits before the server can say who it is. */
  async lastUser(url: string): Promise<string | null> {
    return (await this.use<string>(USERS, "readonly", (store) => store.get(url))) ?? null;
  }

  rememberUser(url: string, userId: string): void {
    this.use(USERS, "readwrite", (store) => store.put(userId, url));
  }
}
