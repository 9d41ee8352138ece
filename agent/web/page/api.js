// The server's routes. A token, where the server wants one, is kept for this tab alone.

const TOKEN = "turnsql-token";

/** What the server refused, in its own one line; `status` 0 means that it cannot be reached. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Keep the token for this tab. */
export const setToken = (token) => sessionStorage.setItem(TOKEN, token);

const part = encodeURIComponent;
const turn = (thread, action) => `/api/threads/${part(thread)}/turns/last${action}`;

export const api = {
  database: () => call("GET", "/api/database"),
  threads: () => call("GET", "/api/threads"),
  thread: (name) => call("GET", `/api/threads/${part(name)}`),
  rows: (name, number) => call("GET", `/api/threads/${part(name)}/turns/${number}/rows`),
  undo: (name) => call("DELETE", turn(name, "")),
  plan: (name, plan) => call("POST", turn(name, "/plan"), { plan }),
  without: (name, filter) => call("POST", turn(name, "/without"), { filter }),
  reading: (name, reading) => call("POST", turn(name, "/reading"), { reading }),
  keep: (name) => call("POST", turn(name, "/keep"), {}),
  sql: (sql) => call("POST", "/api/sql", { sql }),
  /** Let the browser open reports in a tab of their own, where it sends no token. */
  session: () => (sessionStorage.getItem(TOKEN) ? call("POST", "/api/session", {}) : null),
  kept: () => call("GET", "/api/feedback"),
  forget: (id) => call("DELETE", `/api/feedback/${part(id)}`),
  exportKept: () => file("/api/feedback/export"),
  csv: (name, number) => file(`/api/threads/${part(name)}/turns/${number}/csv`),
};

/** Ask a question; `onStage` hears of each stage as it ends. Returns the answer. */
export async function ask(thread, question, onStage) {
  const response = await send("POST", `/api/threads/${part(thread)}/turns`, { question }, "text/event-stream");
  for await (const { event, data } of events(response)) {
    if (event === "stage") onStage(data);
    else if (event === "answer") return data;
    else if (event === "error") throw new Refused(422, data.error);
  }
  throw new Refused(0, "The server ended before the answer came.");
}

async function call(method, path, body) {
  const response = await send(method, path, body, "application/json");
  return response.status === 204 ? null : await unbroken(response.json());
}

async function file(path) {
  return unbroken((await send("GET", path, undefined, "*/*")).blob());
}

async function send(method, path, body, accept) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = { Accept: accept };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await unbroken(fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }));
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw new Refused(response.status, told.error ?? `The server answered ${response.status}.`);
}

async function unbroken(promise) {
  try {
    return await promise;
  } catch (error) {
    throw error instanceof Refused ? error : new Refused(0, "The server does not answer. Is it running?");
  }
}

// Server-sent events of a response: blocks of `event:` and `data:` lines, an empty line after each.
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let held = ""; ;) {
    const { value, done } = await unbroken(reader.read());
    held = (held + (value ?? "")).replaceAll("\r\n", "\n");
    const blocks = held.split("\n\n");
    held = blocks.pop();
    for (const block of blocks) if (parsed(block)) yield parsed(block);
    if (done) return;
  }
}

function parsed(block) {
  const lines = block.split("\n").map((line) => line.match(/^(event|data): ?(.*)$/)).filter(Boolean);
  const field = (name) => lines.filter((it) => it[1] === name).map((it) => it[2]).join("\n");
  return field("data") ? { event: field("event") || "message", data: JSON.parse(field("data")) } : null;
}
