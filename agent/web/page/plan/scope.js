// The columns that a plan can name: those of its own tables first.

/** Columns above which only the plan's tables and their neighbours are offered. */
const MOST = 400;

/** Return the tables to choose columns from, as `[{label, table, occurrence, columns, own}]`. */
export function columnsOf(plan, database) {
  const byName = new Map(database.tables.map((table) => [table.name.toLowerCase(), table]));
  const seen = new Map(), groups = [];
  for (const source of plan.tables) {
    const table = source.kind === "table" && byName.get(source.table.toLowerCase());
    if (!table) continue;
    const occurrence = seen.get(table.name) ?? 0;
    seen.set(table.name, occurrence + 1);
    groups.push({ label: occurrence ? `${table.name} #${occurrence + 1}` : table.name, table: table.name, occurrence, columns: table.columns, own: true });
  }
  for (const table of others(database, seen)) groups.push({ label: table.name, table: table.name, occurrence: 0, columns: table.columns, own: false });
  return groups;
}

function others(database, own) {
  const rest = database.tables.filter((table) => !own.has(table.name));
  if (rest.reduce((sum, table) => sum + table.columns.length, 0) <= MOST) return rest;
  const near = new Set((database.foreign_keys ?? []).flatMap((key) => {
    const [from, to] = [key.table, key.to_table ?? key.references_table];
    return [own.has(from) && to, own.has(to) && from].filter(Boolean);
  }));
  return rest.filter((table) => near.has(table.name));
}

/** Tell whether a column holds numbers. */
export function isNumeric(term, database) {
  if (term?.kind === "aggregate") return ["count", "sum", "avg", "total"].includes(term.function) || isNumeric(term.argument, database);
  if (term?.kind !== "column") return term?.kind === "arithmetic";
  const table = database.tables.find((it) => it.name.toLowerCase() === term.table.toLowerCase());
  const type = table?.columns.find((it) => it.name.toLowerCase() === term.column.toLowerCase())?.type ?? "";
  return /int|real|num|dec|float|double|serial|money/i.test(type);
}
