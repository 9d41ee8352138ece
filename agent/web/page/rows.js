// The rows of an answer: one number large, a table that sorts, or a drawing.

import { chart, drawable, specification } from "./chart.js";
import { count, download, el, redraw, say } from "./dom.js";

const SHOWN = 100;
/** How a person looks at the rows of each answer, kept while the page is open. */
const views = new Map();

/** Draw the rows of an answer; they are fetched if the answer came without them. */
export function rowsPart(answer, { thread, key, actions }) {
  const place = el("section", { class: "result", "aria-label": "Rows", tabindex: -1 });
  if (!answer.sql || (answer.message && !answer.columns?.length)) place.append(el("p", { class: "message" }, answer.message || "No SQL was written for this question."));
  else if (answer.rows) resultView(place, answer, `${thread}/${key}/${answer.sql}`);
  else fetched(place, answer, `${thread}/${key}/${answer.sql}`, actions);
  return place;
}

async function fetched(place, answer, view, actions) {
  place.append(el("p", { class: "soft" }, "Fetching the rows …"));
  try {
    const { columns, rows, truncated, message, chart: spec } = await actions.rows(answer);
    Object.assign(answer, { columns, rows, truncated, message }, spec === undefined ? {} : { chart: spec });
    resultView(place, answer, view);
  } catch (error) {
    place.replaceChildren(el("p", { class: "message" }, error.message));
  }
}

/** Draw a result into a place: `view` names what is remembered of how it is looked at. */
export function resultView(place, result, view) {
  if (!views.has(view)) views.set(view, { by: null, down: false, shown: SHOWN, drawn: false });
  const look = views.get(view);
  const again = () => resultView(place, result, view);
  const { columns, rows } = result;
  if (!rows) return redraw(place, el("p", { class: "message" }, result.message || "It gave no rows."));
  if (rows.length === 1 && columns.length === 1) {
    return redraw(place, el("p", { class: "number" }, cellText(rows[0][0])), el("p", { class: "soft" }, columns[0]));
  }
  const note = result.truncated ? `The first ${count(rows.length, "row")}; more were cut${result.message ? `: ${result.message}` : ""}` : count(rows.length, "row");
  redraw(place,
    el("div", { class: "above" }, el("p", { class: "soft" }, note), drawable(result.chart) ? switcher(look, again) : null),
    look.drawn && drawable(result.chart) ? [chart(result), saver(result)] : table(result, look, again, view));
}

function switcher(look, again) {
  const set = (drawn) => () => { look.drawn = drawn; again(); say(drawn ? "Shown as a chart" : "Shown as a table"); };
  const button = (name, drawn) => el("button", { type: "button", "aria-pressed": String(look.drawn === drawn), "data-key": `as ${name}`, on: { click: set(drawn) } }, name);
  return el("div", { class: "switch", role: "group", "aria-label": "Show the rows as" }, button("Table", false), button("Chart", true));
}

// The specification with its rows, for whatever else reads Vega-Lite.
function saver(result) {
  const save = () => {
    download("chart.vl.json", new Blob([JSON.stringify(specification(result), null, 2)], { type: "application/json" }));
    say("Chart saved as Vega-Lite");
  };
  return el("button", { type: "button", class: "small", "data-key": "save-chart", on: { click: save } }, "Save as Vega-Lite");
}

function table(result, look, again, view) {
  const { columns, rows } = result;
  const numeric = columns.map((_, at) => rows.some((row) => row[at] != null) && rows.every((row) => row[at] == null || typeof row[at] === "number"));
  const sorted = look.by == null ? rows : [...rows].sort(order(look.by, look.down));
  const more = sorted.length - look.shown;
  return [
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Rows as a table", "data-key": `${view} scroll` }, el("table", {},
      el("thead", {}, el("tr", {}, columns.map((name, at) => header(name, at, numeric[at], look, again)))),
      el("tbody", {}, sorted.slice(0, look.shown).map((row) => el("tr", {}, row.map((cell, at) => el("td", { class: [numeric[at] && "n", cell == null && "null"].filter(Boolean).join(" ") || null }, cellText(cell)))))))),
    more > 0 ? el("button", { type: "button", "data-key": "more", on: { click: () => { look.shown += 10 * SHOWN; again(); } } }, `Show ${Math.min(more, 10 * SHOWN).toLocaleString("en")} more`) : null,
  ];
}

function header(name, at, numeric, look, again) {
  const on = look.by === at;
  const sort = () => {
    // Three presses: up, down, as it came.
    if (!on) Object.assign(look, { by: at, down: false });
    else if (!look.down) look.down = true;
    else look.by = null;
    again();
    say(look.by == null ? "In the order of the answer" : `Sorted by ${name}, ${look.down ? "descending" : "ascending"}`);
  };
  return el("th", { scope: "col", class: numeric ? "n" : null, "aria-sort": on ? (look.down ? "descending" : "ascending") : null },
    el("button", { type: "button", class: "sort", "data-key": `sort ${at}`, on: { click: sort } }, name || "(no name)", el("span", { class: "sign", "aria-hidden": "true" }, on ? (look.down ? "▼" : "▲") : "↕")));
}

const collator = new Intl.Collator(undefined, { numeric: true });
const order = (at, down) => (one, other) => {
  const [a, b] = [one[at], other[at]];
  if (a == null || b == null) return (a == null) - (b == null);
  const by = typeof a === "number" && typeof b === "number" ? a - b : collator.compare(cellText(a), cellText(b));
  return down ? -by : by;
};

const cellText = (cell) => (cell == null ? "NULL" : typeof cell === "object" ? JSON.stringify(cell) : String(cell));
