/** One request to the server, as data: the console sends it, and can show it as curl. */
export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Percent-encoded, below `/api`, without a leading slash: `admin/users`. */
  path: string;
  query?: Query;
  body?: unknown;
}

/** Members that are empty or undefined are left out of the address. */
export type Query = Record<string, string | number | boolean | null | undefined>;

/** A path whose inserted values are percent-encoded, `/` included. */
export function path(parts: TemplateStringsArray, ...values: string[]): string {
  return parts.reduce(
    (text, part, i) => text + part + (i < values.length ? encodeURIComponent(values[i] ?? "") : ""),
    "",
  );
}

/** As {@link path}, below `admin/`. */
export function adminPath(parts: TemplateStringsArray, ...values: string[]): string {
  return `admin/${path(parts, ...values)}`;
}

/** A read. */
export function get(at: string, query?: Query): Call {
  return query === undefined ? { method: "GET", path: at } : { method: "GET", path: at, query };
}

/** The address below {@code root}, which ends with a slash. */
export function addressOf(call: Call, root: string): string {
  const query = queryText(call.query);
  return `${root}${call.path}${query === "" ? "" : `?${query}`}`;
}

/** The query without what is empty. */
export function queryText(query: Query | undefined): string {
  return Object.entries(query ?? {})
    .filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join("&");
}
