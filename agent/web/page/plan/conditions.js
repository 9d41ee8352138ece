// The filters of a plan, one comparison a row; what stands deeper is drawn inside its own box.

import { el } from "../dom.js";
import { isNumeric } from "./scope.js";
import { columnOf, columnSelect, termEditor } from "./terms.js";
import { conditionText, termText } from "./text.js";

const OPERATORS = [
  ["=", "is"], ["!=", "is not"], ["<", "less than"], ["<=", "at most"], [">", "more than"], [">=", "at least"], ["between", "between"], ["not between", "not between"],
  ["like", "like"], ["not like", "not like"], ["in", "one of"], ["not in", "none of"], ["is null", "is missing"], ["is not null", "is there"],
];
const ARITY = { between: 2, "not between": 2, "is null": 0, "is not null": 0 };

/** Draw the condition that `plan` has under `name`, with what adds a comparison to it. */
export function conditionPart(plan, name, noun, context) {
  const path = `${context.path}/${name}`;
  const set = (condition, told) => { plan[name] = condition; context.send(told); };
  const drawn = plan[name] ? tree(plan[name], path, noun, context, set) : null;
  return [drawn, adder(plan, name, noun, path, context, set)];
}

// `set(null)` takes the condition away.
function tree(condition, path, noun, context, set) {
  if (condition.kind === "predicate") return el("ul", { class: "fields" }, comparison(condition, path, noun, context, set));
  if (condition.kind === "not") {
    return el("div", { class: "junction" }, el("span", {}, "not"), tree(condition.condition, `${path}/not`, noun, context, (inner, told) => set(inner && { ...condition, condition: inner }, told)));
  }
  const replaced = (at) => (inner, told) => {
    const rest = condition.conditions.map((it, index) => (index === at ? inner : it)).filter(Boolean);
    set(rest.length > 1 ? { ...condition, conditions: rest } : rest[0] ?? null, told);
  };
  return el("div", { class: "junction" },
    el("select", { "aria-label": "How many of these must hold", "data-key": `${path} kind`, on: { change: (event) => set({ ...condition, kind: event.target.value }, "filters changed") } },
      [["and", "all of these"], ["or", "any of these"]].map(([value, text]) => el("option", { value, selected: value === condition.kind }, text))),
    condition.conditions.map((it, at) => tree(it, `${path}/${at}`, noun, context, replaced(at))));
}

function comparison(predicate, path, noun, context, set) {
  const text = conditionText(predicate);
  const remove = el("button", { type: "button", class: "icon", "aria-label": `Remove the ${noun} ${text}`, "data-key": `${path} remove`, on: { click: () => set(null, `${noun} removed`) } }, "✕");
  if (!predicate.left || !OPERATORS.some(([value]) => value === predicate.operator)) return el("li", {}, el("span", { class: "term" }, text), remove);
  const change = (changes) => set({ ...predicate, ...changes }, `${noun} changed`);
  return el("li", {},
    termEditor(predicate.left, `${path}/left`, `the ${noun} ${text}`, context, (left) => change({ left })),
    operatorSelect(predicate.operator, path, text, (operator) => {
      const right = sized(predicate.right, operator);
      // A comparison that has no value yet waits for one.
      if (right.some((term) => term.kind === "literal" && term.value === "")) return waiting(predicate, operator, right, path, change);
      return change({ operator, right });
    }),
    values(predicate, path, text, context, (right) => change({ right })), remove);
}

function operatorSelect(operator, path, text, choose) {
  return el("select", { "aria-label": `Comparison of ${text}`, "data-key": `${path} operator`, on: { change: (event) => choose(event.target.value, event) } },
    OPERATORS.map(([value, shown]) => el("option", { value, selected: value === operator }, shown)));
}

const arity = (operator, right) => ARITY[operator] ?? (operator.endsWith("in") ? Math.max(1, right.length) : 1);

function sized(right, operator) {
  const wanted = arity(operator, right);
  return Array.from({ length: wanted }, (_, at) => right[at] ?? right.at(-1) ?? { kind: "literal", value: "" });
}

function waiting(predicate, operator, right, path, change) {
  const row = document.querySelector(`[data-key="${CSS.escape(`${path} operator`)}"]`).closest("li");
  const field = el("input", { type: "text", "aria-label": "Value", on: { change: (event) => event.target.value && change({ operator, right: right.map(() => literal(event.target.value, false)) }) } });
  row.insertBefore(field, row.lastElementChild);
  field.focus();
}

function values(predicate, path, text, context, set) {
  const numeric = isNumeric(predicate.left, context.database);
  const replaced = (at, term) => set([...predicate.right.slice(0, at), ...(term ? [term] : []), ...predicate.right.slice(at + 1)]);
  const many = predicate.operator === "in" || predicate.operator === "not in";
  const fields = predicate.right.map((term, at) => {
    if (term.kind === "plan") return context.nested(term.plan, `${path}/right/${at}`);
    if (term.kind !== "literal") return term.kind === "column" ? columnSelect({ column: term }, `${path}/right/${at}`, `the other side of ${text}`, context, (column) => replaced(at, column)) : el("span", { class: "term" }, termText(term));
    return valueField(term.value, `${path}/right/${at}`, `Value ${at + 1} of ${text}`, (typed) => {
      if (typed === "" && many && predicate.right.length > 1) return replaced(at, null);
      return replaced(at, literal(typed, typeof term.value === "number" || (numeric && typeof term.value !== "string")));
    });
  });
  if (many && !predicate.right.some((term) => term.kind === "plan")) {
    fields.push(valueField("", `${path}/right/more`, `A further value of ${text}`, (typed) => typed !== "" && set([...predicate.right, literal(typed, numeric)]), "and …"));
  }
  return fields;
}

function valueField(value, path, label, set, placeholder) {
  const was = value == null ? "" : String(value);
  const change = (event) => { if (event.target.value !== was) set(event.target.value); };
  return el("input", { type: "text", class: "value", "aria-label": label, value: was, placeholder, autocomplete: "off", spellcheck: "false", "data-key": path, on: { change } });
}

// Numbers stay numbers; what is no number is text.
function literal(typed, numeric) {
  const number = Number(typed);
  return { kind: "literal", value: numeric && typed.trim() !== "" && Number.isFinite(number) ? number : typed };
}

function adder(plan, name, noun, path, context, set) {
  const first = context.columns[0];
  if (!first?.columns.length) return null;
  let left = columnOf(first);
  if (name === "having") left = { kind: "aggregate", function: "count", argument: { kind: "star", source: null }, distinct: false };
  let operator = name === "having" ? ">" : "=";
  const value = el("input", { type: "text", class: "value", "aria-label": `Value of the new ${noun}`, autocomplete: "off", "data-key": `${path} new-value`, on: { keydown: (event) => { if (event.key === "Enter") { event.preventDefault(); add(); } } } });
  const add = () => {
    const wanted = ARITY[operator] ?? 1;
    if (wanted && value.value === "") return value.focus();
    const typed = wanted === 2 ? value.value.split(/\s+and\s+|\s*[,;]\s*/) : Array(wanted).fill(value.value);
    if (wanted === 2 && typed.length !== 2) return value.focus();
    const made = { kind: "predicate", left, operator, right: typed.map((it) => literal(it, isNumeric(left, context.database))) };
    const now = plan[name];
    set(!now ? made : now.kind === "and" ? { ...now, conditions: [...now.conditions, made] } : { kind: "and", conditions: [now, made] }, `${noun} added`);
  };
  const place = el("span", { class: "term" });
  const show = () => place.replaceChildren(termEditor(left, `${path} new`, `the new ${noun}`, context, (term) => { left = term; }));
  show();
  return el("details", { class: "add", "data-key": `${path} add` }, el("summary", { "data-key": `${path} add-summary` }, `Add ${noun}`),
    el("div", { class: "row" }, place, operatorSelect(operator, `${path} new`, `the new ${noun}`, (chosen) => { operator = chosen; value.hidden = ARITY[chosen] === 0; value.placeholder = ARITY[chosen] === 2 ? "low, high" : ""; }), value,
      el("button", { type: "button", "data-key": `${path} add-button`, "aria-label": `Add ${noun}`, on: { click: add } }, "Add")));
}
