import { randomId } from "./environment";
import { asError, CarillonError } from "./errors";
import { rebase } from "./merge";
import { cell } from "./store";
import type { Client, ConflictRule, Todo, TodoItem, Todos, TodosState } from "./types";
import { loader, onePerClient, Users } from "./watch";

const MAX_REBASES = 5;
const MAX_ATTEMPTS = 20;
const MAX_PENDING = 200;
const PAGE = 500;
const MAX_ITEMS = 5_000;
const AGAIN_MILLIS = 5_000;

type Fields = Partial<Pick<Todo, "text" | "completed">>;

/** A change of this user's that the server has not answered. */
interface Change {
  readonly id: string;
  readonly fields: Fields | "deleted" | "added";
  /** What the user saw when making it. */
  readonly base: Todo;
  state: "sending" | "failed";
  error: CarillonError | null;
  resolve: (todo: Todo) => void;
  reject: (error: CarillonError) => void;
}

const lists = onePerClient<Todos>();

/** A shared list; the same object for each call with this client and list. */
export function todos(client: Client, listId: string, rule: ConflictRule<Todo> = "merge"): Todos {
  return lists(client, listId, () => list(client, listId, rule));
}

function list(client: Client, listId: string, rule: ConflictRule<Todo>): Todos {
  const state = cell<TodosState>({ status: "loading", items: [], error: null });
  const path = `api/lists/${encodeURIComponent(listId)}/todos`;
  let stored: readonly Todo[] = []; // as the server has them, in its order
  let changes: readonly Change[] = []; // in the order in which they were made
  const running = new Set<string>(); // items with a change under way
  let timer: ReturnType<typeof setTimeout> | undefined;

  // ---- what is shown: the server's state and the changes on top of it

  function show(change: Partial<TodosState> = {}): void {
    let items: TodoItem[] = stored.map((todo) => ({ ...todo, state: "stored", error: null }));
    for (const { id, fields, base, state: of, error } of changes) {
      const mark = { state: of, error } as const;
      if (fields === "added") {
        items.push({ ...base, ...mark, clientId: id });
      } else if (fields === "deleted" && of === "sending") {
        items = items.filter((item) => item.id !== id);
      } else {
        const mine = of === "failed" ? { mine: fields as Fields | "deleted" } : {};
        const over = of === "failed" ? {} : (fields as Fields);
        items = items.map((item) =>
          item.id === id ? { ...item, ...over, ...mark, ...mine } : item,
        );
      }
    }
    state.set({ ...state.get(), ...change, items });
  }

  function learn(todo: Todo): void {
    const at = stored.findIndex((one) => one.id === todo.id);
    if (at < 0) {
      stored = [...stored, todo].slice(-MAX_ITEMS);
    } else if ((stored[at] as Todo).version <= todo.version) {
      stored = stored.map((one, i) => (i === at ? todo : one));
    }
  }

  // ---- what the server says

  const load = loader(client, async () => {
    try {
      const all: Todo[] = [];
      let after = "";
      for (;;) {
        const page = await client.request<{ todos: Todo[]; hasMore: boolean; after?: number }>(
          "GET",
          `${path}?limit=${PAGE}${after}`,
        );
        all.push(...page.todos);
        if (!page.hasMore || all.length >= MAX_ITEMS) {
          break;
        }
        after = `&after=${page.after}`;
      }
      stored = all;
      show({ status: "live", error: null });
    } catch (failure) {
      const error = asError(failure);
      show({ error, ...(error.retry === "NEVER" ? { status: "refused" } : {}) });
      if (error.retry !== "NEVER") {
        clearTimeout(timer);
        timer = setTimeout(load, AGAIN_MILLIS);
      }
    }
  });

  // biome-ignore lint/suspicious/noExplicitAny: the data of a message event
  function hear(event: string, data: any): void {
    if (event === "message:deleted") {
      stored = stored.filter((todo) => todo.id !== data.id);
      show();
    } else if (event === "message:new" || event === "message:updated") {
      const old = stored.find((todo) => todo.id === data.id);
      const { text = "", completed = false } = data.payload ?? {};
      const { id, version, createdAt } = data;
      const todo = { id, text, completed, version, createdAt: createdAt ?? old?.createdAt };
      learn(todo);
      // What this user has added may be told before the request is answered.
      const mine = changes.find((one) => one.fields === "added" && one.id === data.clientId);
      if (mine !== undefined) {
        done(mine, todo);
      }
      show();
      flush();
    }
  }

  const users = new Users(() => {
    load();
    const channel = client.channel(listId);
    let first = true;
    const end = channel.open({
      onEvent: ({ event, data }) => hear(event, data),
      onReset: load,
    });
    const unhear = channel.subscribe(() => {
      const { status, error } = channel.get();
      if (status === "live" && first) {
        first = false;
        load(); // what happened between the first answer and the join
      } else if (status === "refused") {
        show({ status: "refused", error });
      }
    });
    const unlisten = client.connection.subscribe(() => {
      if (client.connection.get().status === "live") {
        flush();
      }
    });
    return () => {
      clearTimeout(timer);
      end();
      unhear();
      unlisten();
    };
  });

  // ---- what this user does

  function add(change: Omit<Change, "state" | "error" | "resolve" | "reject">): Promise<Todo> {
    const made = new Promise<Todo>((resolve, reject) => {
      if (changes.length >= MAX_PENDING) {
        reject(new CarillonError("OUTBOX_FULL", "Too many changes wait"));
        return;
      }
      const failed = (one: Change) => one.id === change.id && one.state === "failed";
      if (
        change.fields !== "added" &&
        changes.some((one) => failed(one) && one.fields === "added")
      ) {
        reject(new CarillonError("NOT_FOUND", "The item is not stored"));
        return;
      }
      // A change made after a failed one stands for both.
      const left = changes.filter((one) => !failed(one));
      changes = [...left, { ...change, state: "sending", error: null, resolve, reject }];
      show();
      flush();
    });
    made.catch(() => {}); // that nobody waits for it is no fault
    return made;
  }

  function flush(): void {
    for (const change of changes) {
      if (change.state === "sending" && !running.has(change.id)) {
        running.add(change.id);
        run(change);
      }
    }
  }

  async function run(change: Change): Promise<void> {
    let todo: Todo | null = null;
    let failed: CarillonError | null = null;
    try {
      todo = await send(change);
    } catch (failure) {
      failed = asError(failure);
    }
    running.delete(change.id);
    if (!changes.includes(change)) {
      return;
    }
    if (failed !== null) {
      changes = changes.map((one) =>
        one === change ? { ...one, state: "failed", error: failed } : one,
      );
      change.reject(failed);
    } else if (todo === null) {
      changes = changes.filter((one) => one !== change);
      stored = stored.filter((one) => one.id !== change.id);
      change.resolve(change.base);
    } else {
      learn(todo);
      done(change, todo);
    }
    show();
    flush();
  }

  /** A change is stored as this: what the user did next was on top of it. */
  function done(change: Change, todo: Todo): void {
    changes = changes
      .filter((one) => one !== change)
      .map((one) => (one.id === change.id ? { ...one, id: todo.id, base: todo } : one));
    change.resolve(todo);
  }

  /** Sends until the server has answered; null for what is gone. */
  async function send(change: Change): Promise<Todo | null> {
    let { fields } = change;
    let { base } = change;
    let rebases = 0;
    let attempts = 0;
    for (;;) {
      try {
        if (fields === "added") {
          return await client.request<Todo>("POST", path, {
            text: change.base.text,
            clientId: change.id,
          });
        }
        const address = `${path}/${encodeURIComponent(change.id)}`;
        const version = rule === "last-write" ? undefined : base.version;
        if (fields === "deleted") {
          const query = version === undefined ? "" : `?version=${version}`;
          await client.request("DELETE", address + query);
          return null;
        }
        return await client.request<Todo>("PATCH", address, { ...fields, version });
      } catch (failure) {
        const error = asError(failure);
        const current = error.current as Todo | undefined;
        if (error.code === "CONFLICT" && current !== undefined && rebases++ < MAX_REBASES) {
          learn(current);
          const mine: Partial<Todo> | null =
            fields === "deleted"
              ? rule === "server"
                ? null
                : {} // somebody's edit does not keep what is to go
              : rebase(rule, base, fields as Partial<Todo>, current);
          if (mine === null) {
            throw error;
          }
          base = current;
          if (fields !== "deleted") {
            if (Object.keys(mine).length === 0) {
              return current; // both did the same
            }
            fields = mine as Fields;
          }
        } else if (error.code === "NOT_FOUND" && fields === "deleted") {
          return null;
        } else if (error.retry !== "NEVER" && attempts++ < MAX_ATTEMPTS) {
          await pause(error);
        } else {
          throw error;
        }
      }
    }
  }

  /** Until the next connection, or for a while. */
  function pause(error: CarillonError): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(waiting);
        unhear();
        resolve();
      };
      const waiting = setTimeout(done, error.retryAfterMillis ?? AGAIN_MILLIS);
      let live = client.connection.get().status === "live";
      const unhear = client.connection.subscribe(() => {
        const now = client.connection.get().status === "live";
        if (now && !live && error.code === "NETWORK") {
          done();
        }
        live = now;
      });
    });
  }

  function shown(id: string): TodoItem {
    const item = state.get().items.find((one) => one.id === id);
    if (item === undefined) {
      throw new CarillonError("NOT_FOUND", "There is no such item");
    }
    return item;
  }

  /** What a change of an item is made on: the server's state of it as this user knows it. */
  function seen(id: string): Todo {
    return stored.find((one) => one.id === id) ?? shown(id);
  }

  function forget(id: string): void {
    changes = changes.filter((one) => one.id !== id || one.state !== "failed");
    show();
  }

  async function change(id: string, fields: Fields): Promise<void> {
    await add({ id, fields, base: seen(id) });
  }

  return {
    listId,
    get: state.get,
    subscribe: state.subscribe,
    open: () => users.enter(),
    add(text) {
      const id = randomId();
      const createdAt = new Date().toISOString();
      const base = { id, text, completed: false, version: 0, createdAt };
      return add({ id, fields: "added", base });
    },
    change,
    toggle: async (id) => change(id, { completed: !shown(id).completed }),
    remove: async (id) => {
      if (shown(id).clientId === id && shown(id).state === "failed") {
        forget(id);
        return;
      }
      await add({ id, fields: "deleted", base: seen(id) });
    },
    retry: async (id) => {
      const failed = changes.find((one) => one.id === id && one.state === "failed");
      if (failed !== undefined) {
        const { fields, base } = failed;
        await add({ id, fields, base: stored.find((one) => one.id === id) ?? base });
      }
    },
    discard: forget,
  };
}
