import type { Client, ConflictRule, Todo, Todos } from "./types";

/** A shared list; the same object for each call with this client and list. */
export function todos(_client: Client, _listId: string, _rule?: ConflictRule<Todo>): Todos {
  throw new Error("not yet");
}
