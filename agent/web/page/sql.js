// The SQL of the latest answer: it can be changed and run; the database is only read.

import { el } from "./dom.js";
import { resultView } from "./rows.js";

/** What a person wrote over the SQL of an answer, by the answer's SQL. */
const drafts = new Map();

/** Draw the SQL with what its own run gave. */
export function sqlPart(answer, { key, actions }) {
  if (!answer.sql) return null;
  const draft = drafts.get(answer.sql) ?? { text: answer.sql, result: null };
  const rows = (text) => Math.min(14, Math.max(2, Math.ceil(text.length / 60), text.split("\n").length));
  const field = el("textarea", { id: `sql-${key}`, class: "sql", spellcheck: "false", autocapitalize: "off", rows: rows(draft.text), value: draft.text, "data-key": "sql" });
  const own = el("section", { class: "result", "aria-label": "Rows of your SQL", tabindex: -1 });
  const run = async () => {
    own.replaceChildren(el("p", { class: "soft" }, "Running …"));
    try {
      const found = await actions.sql(field.value);
      draft.result = { ...found, rows: found.columns?.length ? found.rows : null, truncated: found.outcome === "truncated" };
    } catch (error) {
      draft.result = { columns: [], rows: null, message: error.message };
    }
    drafts.set(answer.sql, draft);
    show();
  };
  const show = () => draft.result && resultView(own, draft.result, `own/${answer.sql}/${draft.text}`);
  field.addEventListener("input", () => { draft.text = field.value; field.rows = rows(draft.text); drafts.set(answer.sql, draft); });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); } });
  const reset = () => { draft.text = field.value = answer.sql; draft.result = null; own.replaceChildren(); field.focus(); };
  show();
  return el("details", { "data-key": "sql-box", open: true, class: "sql-box" }, el("summary", {}, "SQL"),
    el("label", { for: `sql-${key}`, class: "unseen" }, "SQL, can be changed and run"), field,
    el("div", { class: "buttons" }, el("button", { type: "button", "data-key": "run-sql", on: { click: run } }, "Run, read-only"),
      el("button", { type: "button", "data-key": "reset-sql", on: { click: reset } }, "Back to the answer’s")),
    el("div", { "aria-live": "polite" }, own));
}
