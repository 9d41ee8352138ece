// One turn: the question, its rows, and why they are what they are.

import { count, el, words } from "./dom.js";
import { rowsPart } from "./rows.js";
import { sqlPart } from "./sql.js";

const STAGES = ["dialogue_state_tracking", "schema_linking", "value_grounding", "plan_emission", "sql_generation", "schema_validation"];
const UNSURE = 0.5;

/** Say in one sentence what came out. */
export function summary(answer) {
  const sure = answer.confidence == null ? "" : ` Confidence ${percent(answer.confidence)}.`;
  if (answer.message && answer.outcome !== "rows" && answer.outcome !== "truncated") return answer.message;
  if (!answer.sql) return "No SQL was written for this question.";
  return answer.rows ? `${counted(answer)}.${sure}${answer.doubt ? ` ${answer.doubt.question}` : ""}` : `Answered.${sure}`;
}

const percent = (number) => `${Math.round(100 * number)}%`;
const counted = (answer) => (answer.truncated ? `The first ${count(answer.rows.length, "row")}, more were cut` : count(answer.rows.length, "row"));

/** Draw a question that is being answered, with the stages that are through. */
export function pendingTurn({ question, stages }) {
  const done = new Map(stages.map((it) => [it.stage, it]));
  const next = STAGES.find((name) => !done.has(name));
  return el("article", { class: "turn", "aria-label": question, "aria-busy": "true" },
    el("h2", { class: "asked" }, question),
    el("ol", { class: "stages running", "aria-label": "Stages" }, STAGES.map((name) => el("li", { class: done.has(name) ? "done" : name === next ? "now" : "" },
      el("span", { class: "sign", "aria-hidden": "true" }, done.has(name) ? "✓" : "·"), el("span", {}, words(name)), el("small", {}, done.has(name) ? ms(done.get(name).ms) : "")))));
}

/** Draw an answered question; only the latest can be changed. */
export function turnArticle(answer, { thread, last, place, kept, actions }) {
  const key = `${place}`;
  const head = el("h2", { class: "asked", tabindex: -1, "data-fallback": last }, answer.question);
  const article = (...parts) => el("article", { class: last ? "turn last" : "turn", "aria-label": `Question ${place}: ${answer.question}` }, head, parts);
  if (!last) return article(earlier(answer, thread, key, actions));
  return article(
    chips(answer, actions), rowsPart(answer, { thread, key, actions, open: true }), verdict(answer), doubtPart(answer, actions),
    toolbar(answer, kept, actions), readingsPart(answer, actions), sqlPart(answer, { key, actions }), knowledgePart(answer, key), stagesPart(answer, key));
}

function earlier(answer, thread, key, actions) {
  const told = answer.rows ? counted(answer) : answer.message || "Rows and SQL";
  if (!answer.sql) return el("p", { class: "message" }, summary(answer));
  const box = el("details", { "data-key": `${key} earlier` }, el("summary", { "data-key": `${key} earlier-summary` }, told));
  const fill = () => box.open && box.childElementCount < 2 && box.append(rowsPart(answer, { thread, key, actions, open: true }), el("pre", { class: "sql" }, answer.sql));
  box.addEventListener("toggle", fill);
  return box;
}

// --- filters in force

function chips(answer, actions) {
  if (!answer.filters?.length) return null;
  return el("section", { class: "chips", "aria-label": "Filters in force" }, el("ul", {}, answer.filters.map((filter, index) => {
    const text = filter.text || [filter.table && `${filter.table}.${filter.column}`, filter.operator, filter.value].filter((it) => it != null).join(" ");
    const from = origin(filter, answer);
    return el("li", { class: "chip" }, el("span", {}, text), from ? el("small", {}, from) : null,
      el("button", { type: "button", class: "icon", "aria-label": `Take off the filter ${text}${from ? `, ${from}` : ""}`, "data-key": `chip ${index}`, on: { click: () => actions.without(index, text) } }, "✕"));
  })));
}

function origin({ from_turn: from }, answer) {
  if (from == null) return "";
  return from === answer.number ? "from this question" : `from question ${from}`;
}

// --- how sure it is

function verdict(answer) {
  const lines = [];
  if (answer.confidence != null) {
    lines.push(el("p", { class: answer.confidence < UNSURE ? "sure low" : "sure" },
      el("meter", { min: 0, max: 1, low: UNSURE, optimum: 1, value: answer.confidence, "aria-label": "Confidence" }),
      el("span", {}, `${answer.confidence < UNSURE ? "Not sure of this" : "Confidence"}: ${percent(answer.confidence)}`)));
  }
  if (answer.unused?.length) lines.push(el("p", { class: "note" }, el("b", {}, "Not used: "), answer.unused.join(", ")));
  for (const warning of answer.warnings ?? []) lines.push(el("p", { class: "note" }, el("b", {}, "Warning: "), typeof warning === "string" ? warning : warning.message));
  return lines.length ? el("section", { class: "verdict", "aria-label": "How sure this is" }, lines) : null;
}

function doubtPart(answer, actions) {
  if (!answer.doubt) return null;
  const told = el("p", {}, answer.doubt.question || "Which of these did you mean?");
  // What asks about words has no readings to choose from: the next question answers it.
  if (answer.doubt.reading == null) return el("section", { class: "doubt", "aria-label": "A question back" }, told);
  return el("section", { class: "doubt", "aria-label": "A question back" }, told,
    el("div", { class: "buttons" }, answer.doubt.readings.map((text, index) =>
      el("button", { type: "button", "data-key": `doubt ${index}`, on: { click: () => (index ? actions.reading(answer.doubt.reading) : actions.settle()) } }, text, index ? null : el("small", {}, " (as answered)")))));
}

function readingsPart(answer, actions) {
  if (!answer.readings?.length) return null;
  return el("details", { class: "readings", "data-key": "readings" }, el("summary", { "data-key": "readings-summary" }, count(answer.readings.length, "other reading")),
    el("ul", {}, answer.readings.map((reading, index) => el("li", {},
      el("button", { type: "button", class: "reading", "data-key": `reading ${index}`, on: { click: () => actions.reading(index) } },
        el("span", { class: /\sfrom\s/i.test(reading.text) && /^select\s/i.test(reading.text) ? "sql" : null }, reading.text), reading.confidence == null ? null : el("small", {}, percent(reading.confidence)))))));
}

// --- what can be done with it

function toolbar(answer, kept, actions) {
  const right = kept
    ? el("span", { class: "done", "data-key": "keep", tabindex: -1 }, "✓ Kept as right")
    : el("button", { type: "button", "data-key": "keep", on: { click: actions.keep } }, "Keep this answer");
  return el("div", { class: "buttons toolbar", role: "group", "aria-label": "This answer" },
    answer.sql ? right : null,
    answer.sql && (answer.rows || !answer.message) ? el("button", { type: "button", "data-key": "csv", on: { click: () => actions.csv(answer) } }, "Export CSV") : null,
    el("button", { type: "button", "data-key": "undo", on: { click: actions.undo } }, "Take back"));
}

function knowledgePart(answer, key) {
  if (!answer.knowledge?.length) return null;
  return el("details", { "data-key": `${key} knowledge`, open: true }, el("summary", {}, "Knowledge used"), el("ul", {}, answer.knowledge.map((line) => el("li", {}, line))));
}

function stagesPart(answer, key) {
  const every = answer.stages ?? [];
  if (!every.length) return null;
  const ran = every.filter((it) => !it.stands);
  const spent = ran.reduce((sum, it) => sum + it.ms, 0);
  const told = ran.length < every.length ? `${count(ran.length, "stage")} ran again in ${ms(spent)}, ${every.length - ran.length} as before` : `${count(ran.length, "stage")} ran in ${ms(spent)}`;
  return el("details", { "data-key": `${key} stages`, class: "stages" }, el("summary", {}, told),
    el("ol", {}, every.map((it) => el("li", { class: it.stands ? "stands" : null }, el("span", {}, el("b", {}, words(it.stage)), " ", el("small", {}, `${it.variant ? `${it.variant}, ` : ""}${ms(it.ms)}`)), it.text ? el("pre", {}, it.text) : null))));
}

const ms = (number) => (number >= 1000 ? `${(number / 1000).toFixed(1)} s` : `${number < 10 ? number.toFixed(1) : Math.round(number)} ms`);
