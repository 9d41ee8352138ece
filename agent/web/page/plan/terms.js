// One term of a plan: a column, or a function of one. What is more than that is shown as text.

import { el } from "../dom.js";
import { termText } from "./text.js";

const FUNCTIONS = [["", "the value"], ["count", "count"], ["count distinct", "count distinct"], ["sum", "sum"], ["avg", "average"], ["min", "smallest"], ["max", "largest"]];
const STAR = "*";

/** Draw a term; `set` hears of the changed one. */
export function termEditor(term, path, label, context, set) {
  const parts = taken(term);
  if (!parts) return term.kind === "plan" ? context.nested(term.plan, path) : el("span", { class: "term" }, termText(term));
  const choose = (changes) => set(made({ ...parts, ...changes }, context));
  return el("span", { class: "term" }, bare(parts, context) ? null : functionSelect(parts, path, label, choose), columnSelect(parts, path, label, context, (column) => choose({ column })));
}

/** Draw what adds a term: nothing is sent before the button is pressed. */
export function adder(title, path, context, add, likely = []) {
  const first = context.columns[0];
  if (!first?.columns.length) return null;
  // A term of the answer that is not there yet is likelier meant than the first column.
  const chosen = likely.map(taken).find((it) => it && !(context.bare && it.function)) ?? { function: "", column: columnOf(first) };
  return el("details", { class: "add", "data-key": `${path} add` }, el("summary", { "data-key": `${path} add-summary` }, title),
    el("div", { class: "row" },
      context.bare ? null : functionSelect(chosen, `${path} new`, title, (changes) => Object.assign(chosen, changes)),
      columnSelect(chosen, `${path} new`, title, context, (column) => { chosen.column = column; }),
      el("button", { type: "button", "data-key": `${path} add-button`, "aria-label": title, on: { click: () => add(made(chosen, context)) } }, "Add")));
}

// The function and the column of a term that is no more than these two.
function taken(term) {
  if (term.kind === "column" || term.kind === "star") return simple(term) ? { function: "", column: term } : null;
  if (term.kind !== "aggregate" || !simple(term.argument)) return null;
  const name = term.distinct ? `${term.function} distinct` : term.function;
  return { function: name, column: term.argument };
}

// Where no function can stand (a filter on rows, a group) none is offered.
const bare = (parts, context) => context.bare && !parts.function;

const simple = (term) => (term.kind === "column" && !term.outer) || (term.kind === "star" && term.source == null);

/** Return the first column of a table as a term. */
export const columnOf = ({ table, occurrence, columns }, at = 0) => ({ kind: "column", table, column: columns[at].name, occurrence, outer: 0 });

function made({ function: name, column }, context) {
  const [bare, distinct] = name.split(" ");
  if (!bare) return column;
  // Only count takes every column; the other functions take one.
  const argument = column.kind === "star" && name !== "count" ? columnOf(context.columns[0]) : column;
  return { kind: "aggregate", function: bare, argument, distinct: Boolean(distinct) };
}

function functionSelect({ function: name }, path, label, choose) {
  const known = FUNCTIONS.some(([value]) => value === name) ? FUNCTIONS : [...FUNCTIONS, [name, name]];
  return el("select", { "aria-label": `Function of ${label}`, "data-key": `${path} function`, on: { change: (event) => choose({ function: event.target.value }) } },
    known.map(([value, text]) => el("option", { value, selected: value === name }, text)));
}

/** Draw the choice of a column among the plan's tables and the others. */
export function columnSelect({ column }, path, label, context, choose) {
  const key = (table, name, occurrence) => JSON.stringify([table, name, occurrence]);
  const now = column.kind === "star" ? STAR : key(column.table, column.column, column.occurrence ?? 0);
  const known = new Set([STAR]);
  const groups = context.columns.map((group) => el("optgroup", { label: group.own ? group.label : `${group.label} (not in use)` }, group.columns.map(({ name }) => {
    const value = key(group.table, name, group.occurrence);
    known.add(value);
    return el("option", { value, selected: value === now }, `${group.label}.${name}`);
  })));
  const picked = (event) => {
    if (event.target.value === STAR) return choose({ kind: "star", source: null });
    const [table, name, occurrence] = JSON.parse(event.target.value);
    return choose({ kind: "column", table, column: name, occurrence, outer: 0 });
  };
  return el("select", { "aria-label": `Column of ${label}`, "data-key": `${path} column`, on: { change: picked } },
    known.has(now) ? null : el("option", { value: now, selected: true, disabled: true }, termText(column)),
    el("option", { value: STAR, selected: now === STAR }, "* (every column)"), groups);
}
