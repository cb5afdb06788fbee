import { addressOf, type Call } from "./call.js";

/** What a secret in a body is shown as. */
const MASK = "•••";
const SECRETS = new Set(["password", "key", "secret", "token"]);

/**
 * The same call for a shell. The token comes from a variable, so that what is copied into a ticket
 * gives nothing away; passwords in a body are masked for the same reason.
 */
export function curlOf(call: Call, root: string, options: { stream?: boolean } = {}): string {
  const lines = [
    `curl${options.stream === true ? " -N" : ""}${call.method === "GET" ? "" : ` -X ${call.method}`} ${quoted(addressOf(call, root))}`,
    `-H "Authorization: Bearer $CARILLON_TOKEN"`,
  ];
  if (call.body !== undefined) {
    lines.push(
      `-H 'Content-Type: application/json'`,
      `-d ${quoted(JSON.stringify(masked(call.body)))}`,
    );
  }
  return lines.join(" \\\n  ");
}

/** One word of a POSIX shell, whatever the text holds. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function masked(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return body;
  }
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, SECRETS.has(name) ? MASK : value]),
  );
}
