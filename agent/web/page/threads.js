// The threads of this database: which is open, and how many questions each has.

import { count, el } from "./dom.js";

/** Return a name for a new thread, in the manner of `turnsql chat`: a store holds the threads of other databases too. */
export function newName(database) {
  const stem = database.address.split(/[\\/]/).pop().replace(/[?#].*$/, "").replace(/\.\w+$/, "").replace(/[^\w-]+/g, "-") || "thread";
  const drawn = [...crypto.getRandomValues(new Uint8Array(2))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${stem}-${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-")}-${drawn}`;
}

// Today by the hour, else by the day.
function when(at) {
  const then = new Date(at), today = then.toDateString() === new Date().toDateString();
  return then.toLocaleString([], today ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short", year: "numeric" });
}

/** Draw the list of threads. */
export function drawThreads({ threads, thread }, actions) {
  const shown = threads.some((it) => it.name === thread) || !thread ? threads : [{ name: thread, turns: 0, first: "", at: null }, ...threads];
  return [
    el("h2", { id: "threads-title", tabindex: -1, "data-fallback": true }, "Threads"),
    el("button", { type: "button", class: "wide", "data-key": "new", on: { click: actions.start } }, "New thread"),
    el("ul", { "aria-labelledby": "threads-title" }, shown.map(({ name, turns, first, at }) => el("li", {},
      el("a", { href: `#thread=${encodeURIComponent(name)}`, "data-key": `thread ${name}`, title: name, "aria-current": name === thread ? "page" : null, on: { click: () => actions.open(name) } },
        el("span", {}, first || "New thread"), el("small", {}, [count(turns, "question"), at && when(at)].filter(Boolean).join(" · ")))))),
  ];
}
