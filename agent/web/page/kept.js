// Answers that a person said are right: listed, deleted, exported.

import { count, el } from "./dom.js";

/** Draw what was kept. */
export function drawKept(kept, actions) {
  return el("details", { "data-key": "kept", class: "kept" }, el("summary", {}, count(kept.length, "kept answer")),
    kept.length ? el("button", { type: "button", "data-key": "export-kept", on: { click: actions.exportKept } }, "Export them") : el("p", { class: "soft" }, "“Keep this answer” puts a right answer here. Nothing is kept unless you say so."),
    el("ul", {}, kept.map((it) => el("li", {}, el("span", {}, it.question, it.edited ? el("small", {}, " (corrected)") : null),
      el("button", { type: "button", class: "icon", "aria-label": `Delete the kept answer to ${it.question}`, "data-key": `kept ${it.id}`, on: { click: () => actions.forget(it.id) } }, "✕")))));
}
