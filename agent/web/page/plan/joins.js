// The joins of a plan, drawn as a tree: each table below the one that it is joined to.

import { el } from "../dom.js";
import { conditionText, planText } from "./text.js";

const KINDS = [["inner", "matching rows"], ["left", "all of the one above"], ["right", "all of this one"], ["full", "all of both"], ["cross", "every pair"]];

/** Draw the tables and how they are joined. */
export function joinsPart(plan, context) {
  const names = named(plan);
  const links = plan.joins ? plan.joins.map((join) => ({ join, text: join.on ? conditionText(join.on) : "", touched: touched(join.on) })) : names.slice(1).map((_, at) => byKey(names, at + 1, context.database));
  const parents = links.map((link, at) => parent(names, at + 1, link.touched));
  const branch = (at) => el("li", {}, node(plan, at, names, links[at - 1], context), children(at));
  const children = (at) => {
    const below = parents.map((above, index) => (above === at ? index + 1 : null)).filter((it) => it != null);
    return below.length ? el("ul", {}, below.map(branch)) : null;
  };
  return names.length ? el("ul", { class: "joins" }, branch(0)) : el("p", { class: "soft" }, "No table.");
}

function named(plan) {
  const seen = new Map();
  return plan.tables.map((source) => {
    if (source.kind === "plan") return { text: `(${planText(source.plan)})`, plan: source.plan };
    const occurrence = seen.get(source.table) ?? 0;
    seen.set(source.table, occurrence + 1);
    return { table: source.table, occurrence, text: occurrence ? `${source.table} #${occurrence + 1}` : source.table };
  });
}

function node(plan, at, names, link, context) {
  const name = names[at], path = `${context.path}/joins/${at}`;
  const kind = link?.join && el("select", { "aria-label": `How ${name.text} is joined`, "data-key": `${path} kind`, on: { change: (event) => { plan.joins[at - 1] = { ...link.join, kind: event.target.value }; context.send("join changed"); } } },
    KINDS.map(([value, text]) => el("option", { value, selected: value === link.join.kind }, text)));
  // Columns of sub-plans are counted by the place of their source, which would move.
  const free = names.length > 1 && names.every((it) => !it.plan);
  const remove = free && el("button", { type: "button", class: "icon", "aria-label": `Remove the table ${name.text}`, "data-key": `${path} remove`, on: { click: () => { without(plan, at); context.send(`table ${name.text} removed`); } } }, "✕");
  return el("div", { class: "join" }, link?.text ? el("small", {}, link.text) : null, el("span", { class: "row" }, name.plan ? context.nested(name.plan, path) : el("span", { class: "node" }, name.text), kind || null, remove || null));
}

function without(plan, at) {
  plan.tables.splice(at, 1);
  if (!plan.joins) return;
  // Without its first table, or one that others hang on, a plan is joined anew by its keys.
  if (at === 0 || at < plan.tables.length) plan.joins = null;
  else plan.joins.splice(at - 1, 1);
}

// The tables that a condition speaks of, as `table#occurrence`.
function touched(part, found = new Set()) {
  if (!part || typeof part !== "object") return found;
  if (part.kind === "column" && !part.outer) found.add(`${part.table.toLowerCase()}#${part.occurrence ?? 0}`);
  for (const inner of Object.values(part)) touched(inner, found);
  return found;
}

function parent(names, at, spokenOf) {
  for (let above = at - 1; above >= 0; above--) if (names[above].table && spokenOf.has(`${names[above].table.toLowerCase()}#${names[above].occurrence}`)) return above;
  return at - 1;
}

// Where the plan leaves the joins to the compiler: the foreign key that it will take, where there is a direct one.
function byKey(names, at, database) {
  for (const above of names.slice(0, at)) {
    for (const key of database.foreign_keys ?? []) {
      const [to, column] = [key.to_table ?? key.references_table, key.to_column ?? key.references_column];
      const ends = [key.table, to];
      if (ends.includes(names[at].table) && ends.includes(above.table) && key.table !== to) {
        return { text: `${key.table}.${key.column} = ${to}.${column}`, touched: new Set([`${above.table.toLowerCase()}#${above.occurrence}`]) };
      }
    }
  }
  return { text: "", touched: new Set() };
}
