// Plans as people read them, in the words of `nodes/plan/render.py`.

const literal = (value) => (value == null ? "null" : typeof value === "string" ? `'${value}'` : String(value));

/** Write one term. */
export function termText(term) {
  switch (term.kind) {
    case "column": return `${term.table}${term.occurrence ? `#${term.occurrence + 1}` : ""}.${term.column}`;
    case "derived": return `source ${term.source + 1}, column ${term.position + 1}`;
    case "star": return term.source == null ? "*" : `source ${term.source + 1}.*`;
    case "literal": return literal(term.value);
    case "aggregate": return `${term.function}(${term.distinct ? "distinct " : ""}${termText(term.argument)})`;
    case "arithmetic": return `(${termText(term.left)} ${term.operator} ${termText(term.right)})`;
    case "call": return `${term.function}(${term.arguments.map(termText).join(", ")})`;
    case "cast": return `cast(${termText(term.argument)} as ${term.type})`;
    case "case": return `case${term.branches.map((it) => ` when ${conditionText(it.condition)} then ${termText(it.value)}`).join("")}${term.otherwise ? ` else ${termText(term.otherwise)}` : ""} end`;
    case "plan": return `(${planText(term.plan)})`;
    default: return `(${conditionText(term.condition)})`;
  }
}

/** Write a condition. */
export function conditionText(condition) {
  if (condition.kind === "not") return `not (${conditionText(condition.condition)})`;
  if (condition.kind !== "predicate") return condition.conditions.map((it) => (it.kind === "and" || it.kind === "or" ? `(${conditionText(it)})` : conditionText(it))).join(` ${condition.kind} `);
  const right = condition.right.map(termText), listed = condition.operator.endsWith("in") && !right[0]?.startsWith("(");
  const written = condition.operator.endsWith("between") ? right.join(" and ") : listed ? `(${right.join(", ")})` : right.join(", ");
  return [condition.left && termText(condition.left), condition.operator, written].filter(Boolean).join(" ");
}

/** Write a plan on one line. */
export function planText(plan) {
  const clauses = [
    ["select", (plan.distinct ? "distinct " : "") + plan.select.map(termText).join(", ")],
    ["from", plan.tables.map((it) => (it.kind === "table" ? it.table : `(${planText(it.plan)})`)).join(", ")],
    ["where", plan.where && conditionText(plan.where)],
    ["group by", plan.group_by.map(termText).join(", ")],
    ["having", plan.having && conditionText(plan.having)],
    ["order by", plan.order_by.map((it) => termText(it.term) + (it.descending ? " descending" : "")).join(", ")],
    ["limit", plan.limit],
    ...plan.set_operations.map((it) => [it.operator, planText(it.plan)]),
  ];
  return clauses.filter(([, text]) => text != null && text !== "").map(([name, text]) => `${name} ${text}`).join(" ") || "(empty)";
}
