// The plan of the latest answer as a form: change a field, and the stages after the plan run again.

import { el, redraw } from "../dom.js";
import { conditionPart } from "./conditions.js";
import { joinsPart } from "./joins.js";
import { columnsOf } from "./scope.js";
import { adder, columnOf, termEditor } from "./terms.js";
import { planText, termText } from "./text.js";

/** Draw the plan; nothing can be changed before there is an answer with one. */
export function drawPlan(place, answer, database, actions) {
  if (!answer?.plan) {
    return redraw(place, el("p", { class: "soft", tabindex: -1, "data-fallback": true }, answer?.sql ? "This answer has SQL but no plan." : "The answer’s plan stands here, and each field of it can be changed."));
  }
  const plan = structuredClone(answer.plan);
  // Every change is told to the server at once; what it refuses is drawn as it was.
  const send = (told) => actions.plan(plan, told);
  redraw(place, el("form", { "aria-labelledby": "plan-title", on: { submit: (event) => event.preventDefault() } }, planPart(plan, { database, send, path: "plan" })));
}

/** Draw the fields of one plan: the whole, or one inside another. */
export function planPart(plan, context) {
  const columns = columnsOf(plan, context.database);
  const inner = { ...context, plan, columns, nested: (sub, path) => nested(sub, { ...context, path }) };
  const fresh = columns.filter((group) => group.own).flatMap((group) => group.columns.map((_, at) => columnOf(group, at)));
  return [
    part("Columns", termList(plan.select, "column", inner, fresh), checkbox("Equal rows once", plan.distinct, "distinct", inner, (on) => { plan.distinct = on; })),
    part("Tables", joinsPart(plan, inner)),
    part("Filters", conditionPart(plan, "where", "filter", { ...inner, bare: true })),
    part("Groups", termList(plan.group_by, "group", { ...inner, bare: true }, plan.select)),
    plan.having || plan.group_by.length ? part("Filters on groups", conditionPart(plan, "having", "filter on groups", inner)) : null,
    part("Order", orderList(plan, inner)),
    part("Limit", numberField("Rows at most", "limit", plan, inner), plan.offset == null ? null : numberField("Rows left out first", "offset", plan, inner)),
    plan.set_operations.map((operation, at) => part(operation.operator, nested(operation.plan, { ...context, path: `${context.path}/set/${at}` }),
      removeButton(`the ${operation.operator}`, `${context.path}/set/${at}`, () => { plan.set_operations.splice(at, 1); context.send(`${operation.operator} removed`); }))),
  ];
}

const missing = (terms, there) => terms.filter((term) => !there.some((it) => termText(it) === termText(term)));
const part = (title, ...children) => el("fieldset", {}, el("legend", {}, title), children);

function nested(plan, context) {
  return el("details", { class: "nested", "data-key": `${context.path} nested` }, el("summary", { "data-key": `${context.path} nested-summary` }, planText(plan)), planPart(plan, context));
}

const removeButton = (what, path, remove) => el("button", { type: "button", class: "icon", "aria-label": `Remove ${what}`, "data-key": `${path} remove`, on: { click: remove } }, "✕");

function termList(terms, noun, context, likely) {
  const path = `${context.path}/${noun}`;
  const rows = terms.map((term, at) => el("li", {},
    termEditor(term, `${path}/${at}`, `${noun} ${at + 1}`, context, (changed) => { terms[at] = changed; context.send(`${noun} changed`); }),
    at > 0 ? el("button", { type: "button", class: "icon", "aria-label": `Move ${termText(term)} up`, "data-key": `${path}/${at} up`, on: { click: () => { terms.splice(at - 1, 0, ...terms.splice(at, 1)); context.send(`${noun} moved up`); } } }, "↑") : null,
    removeButton(`${noun} ${termText(term)}`, `${path}/${at}`, () => { terms.splice(at, 1); context.send(`${noun} removed`); })));
  return [rows.length ? el("ol", { class: "fields" }, rows) : null, adder(`Add ${noun}`, path, context, (term) => { terms.push(term); context.send(`${noun} added`); }, missing(likely, terms))];
}

function orderList(plan, context) {
  const path = `${context.path}/order`;
  const rows = plan.order_by.map((order, at) => {
    const direction = el("select", { "aria-label": `Direction of order ${at + 1}`, "data-key": `${path}/${at} direction`, on: { change: (event) => { order.descending = event.target.value === "down"; context.send("order changed"); } } },
      [["up", "smallest first"], ["down", "largest first"]].map(([value, text]) => el("option", { value, selected: (value === "down") === order.descending }, text)));
    return el("li", {}, termEditor(order.term, `${path}/${at}`, `order ${at + 1}`, context, (term) => { order.term = term; context.send("order changed"); }), direction,
      removeButton(`the order by ${termText(order.term)}`, `${path}/${at}`, () => { plan.order_by.splice(at, 1); context.send("order removed"); }));
  });
  return [rows.length ? el("ol", { class: "fields" }, rows) : null,
    adder("Add order", path, context, (term) => { plan.order_by.push({ term, descending: false, nulls: null }); context.send("order added"); }, missing(plan.select, plan.order_by.map((it) => it.term)))];
}

function checkbox(label, checked, name, context, set) {
  return el("label", { class: "check" }, el("input", { type: "checkbox", checked, "data-key": `${context.path}/${name}`, on: { change: (event) => { set(event.target.checked); context.send(`${label} ${event.target.checked ? "on" : "off"}`); } } }), label);
}

function numberField(label, name, plan, context) {
  const change = (event) => {
    const number = event.target.value === "" ? null : Math.max(0, Math.trunc(Number(event.target.value)));
    if (number === plan[name] || Number.isNaN(number)) return;
    plan[name] = number;
    context.send(`${name} changed`);
  };
  return el("label", { class: "number-field" }, label, el("input", { type: "number", min: 0, step: 1, inputmode: "numeric", value: plan[name] ?? "", placeholder: "all", "data-key": `${context.path}/${name}`, on: { change, keydown: (event) => event.key === "Enter" && change(event) } }));
}
