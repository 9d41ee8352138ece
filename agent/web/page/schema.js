// The schema: what the latest answer reads is lit up and stands first.

import { el, redraw } from "./dom.js";

const SHOWN = 60;
let sought = "";

/** Draw the tables of the database. */
export function drawSchema(place, answer, database) {
  if (!database) return;
  const again = () => drawSchema(place, answer, database);
  const uses = { tables: new Set(answer?.uses?.tables), columns: new Set(answer?.uses?.columns) };
  const keys = new Map((database.foreign_keys ?? []).map((key) => [`${key.table}.${key.column}`, `${key.to_table ?? key.references_table}.${key.to_column ?? key.references_column}`]));
  const fits = (table) => !sought || [table.name, ...table.columns.map((column) => column.name)].some((name) => name.toLowerCase().includes(sought.toLowerCase()));
  const found = database.tables.filter(fits).sort((a, b) => uses.tables.has(b.name) - uses.tables.has(a.name));
  redraw(place,
    database.tables.length > 8 ? el("input", { type: "search", "aria-label": "Find a table or column", placeholder: "Find a table or column", value: sought, "data-key": "find", on: { input: (event) => { sought = event.target.value; again(); } } }) : null,
    found.slice(0, SHOWN).map((table) => tablePart(table, uses, keys)),
    found.length > SHOWN ? el("p", { class: "soft" }, `and ${found.length - SHOWN} more: type a name to find one`) : null);
}

function tablePart(table, uses, keys) {
  const lit = uses.tables.has(table.name);
  const columns = () => el("ul", {}, table.columns.map((column) => {
    const name = `${table.name}.${column.name}`, used = uses.columns.has(name);
    return el("li", { class: used ? "lit" : null }, el("span", {}, column.name), used ? el("span", { class: "unseen" }, " (in use)") : null,
      el("small", {}, [column.type?.toLowerCase(), column.primary_key && "key", keys.has(name) && `→ ${keys.get(name)}`].filter(Boolean).join(" · ")));
  }));
  const box = el("details", { class: lit ? "table lit" : "table", "data-key": `table ${table.name}${lit ? " lit" : ""}`, open: lit },
    el("summary", { "data-key": `table-summary ${table.name}` }, table.name, lit ? el("small", {}, "in use") : null));
  const fill = () => box.open && box.childElementCount < 2 && box.append(columns());
  box.addEventListener("toggle", fill);
  fill();
  return box;
}
