// Drawings: the Vega-Lite specification of an answer (bars, a line, points) as SVG, by the page's own colours.

import { el, svg } from "./dom.js";

const ROW = 24, LABEL = 7, HIGH = 260;

/** Tell whether a specification is one that this page draws. */
export const drawable = (spec) => ["bar", "line", "point"].includes(kind(spec)) && Boolean(spec.encoding?.x && spec.encoding?.y);

const kind = (spec) => (typeof spec?.mark === "string" ? spec.mark : spec?.mark?.type)?.replace("circle", "point");
const field = (channel) => channel.field.replace(/\\(.)/g, "$1");
const title = (channel) => channel.title ?? field(channel);
const shorten = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** Draw the rows of an answer; drawn again when the width changes. */
export function chart(result) {
  const spec = result.chart;
  const records = recordsOf(result);
  const [x, y] = [spec.encoding.x, spec.encoding.y];
  const told = `${kind(spec)} chart of ${title(y)} by ${title(x)}, ${records.length} marks; the table has the same figures`;
  const figure = el("figure", { class: "chart", role: "img", "aria-label": told });
  const draw = () => figure.replaceChildren(drawn(spec, records, Math.max(260, figure.clientWidth)));
  let width = 0;
  new ResizeObserver(() => { if (figure.clientWidth !== width) { width = figure.clientWidth; draw(); } }).observe(figure);
  return figure;
}

/** Return the specification of an answer with its rows in it. */
export function specification(result) {
  return { $schema: "https://vega.github.io/schema/vega-lite/v6.json", ...result.chart, data: { values: recordsOf(result) } };
}

const recordsOf = ({ chart: { data }, columns, rows }) => data?.values ?? rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));

function drawn(spec, records, width) {
  const { x, y } = spec.encoding;
  if (kind(spec) !== "bar") return plotted(spec, records, width);
  return x.type === "quantitative" ? bars(records, y, x, width) : y.type === "quantitative" ? bars(records, x, y, width) : plotted(spec, records, width);
}

// Bars lie, so that their names can be read on a phone too.
function bars(records, name, value, width) {
  const texts = records.map((record) => String(record[field(name)] ?? "NULL"));
  const numbers = records.map((record) => Number(record[field(value)] ?? 0));
  const letters = Math.min(Math.floor(width / 3 / LABEL), Math.max(...texts.map((text) => text.length)));
  const left = letters * LABEL + 12, right = 56;
  const [low, high] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
  const scale = (number) => left + ((number - low) / (high - low || 1)) * (width - left - right);
  return svg("svg", { width, height: records.length * ROW + 26, viewBox: `0 0 ${width} ${records.length * ROW + 26}` },
    svg("text", { x: left, y: 14, class: "axis" }, title(value)),
    records.map((_, at) => {
      const [from, to] = [scale(Math.min(0, numbers[at])), scale(Math.max(0, numbers[at]))];
      const top = 24 + at * ROW;
      return svg("g", {}, svg("title", {}, `${texts[at]}: ${numbers[at]}`),
        svg("text", { x: left - 8, y: top + 15, class: "name" }, shorten(texts[at], letters)),
        svg("rect", { x: from, y: top + 3, width: Math.max(1, to - from), height: ROW - 7, rx: 2 }),
        svg("text", { x: to + 6, y: top + 15, class: "value" }, short(numbers[at])));
    }));
}

function plotted(spec, records, width) {
  const [across, up] = [axis(spec.encoding.x, records), axis(spec.encoding.y, records)];
  const left = 10 + LABEL * Math.max(...up.ticks.map(([, text]) => text.length)), right = 16, top = 26, bottom = HIGH - 44;
  const x = (at) => left + across.place(at) * (width - left - right), y = (at) => bottom - up.place(at) * (bottom - top);
  const points = records.map((_, at) => [x(at), y(at)]).filter((point) => point.every(Number.isFinite));
  const ticks = apart(across.ticks, left, width - left - right);
  const path = kind(spec) === "line" ? svg("path", { d: [...points].sort((a, b) => a[0] - b[0]).map(([a, b], at) => `${at ? "L" : "M"}${a.toFixed(1)} ${b.toFixed(1)}`).join("") }) : null;
  return svg("svg", { width, height: HIGH, viewBox: `0 0 ${width} ${HIGH}` },
    up.ticks.map(([place, text]) => svg("g", {}, svg("line", { x1: left, x2: width - right, y1: bottom - place * (bottom - top), y2: bottom - place * (bottom - top) }),
      svg("text", { x: left - 6, y: bottom - place * (bottom - top) + 4, class: "name" }, text))),
    ticks.map(([middle, text]) => svg("text", { x: middle, y: bottom + 18, class: "middle" }, text)),
    svg("text", { x: 2, y: 14, class: "axis" }, title(spec.encoding.y)),
    svg("text", { x: width - right, y: HIGH - 8, class: "axis end" }, title(spec.encoding.x)),
    path, points.map(([a, b], at) => svg("circle", { cx: a, cy: b, r: path && points.length > 40 ? 1.5 : 3.5 }, svg("title", {}, `${records[at][field(spec.encoding.x)]}: ${records[at][field(spec.encoding.y)]}`))));
}

// The ticks whose texts do not touch one another, by their middles in the drawing.
function apart(ticks, left, width) {
  const kept = [];
  let free = 0;
  for (const [place, text] of ticks) {
    const half = (text.length * LABEL) / 2, middle = Math.max(half, left + place * width);
    if (middle - half < free) continue;
    kept.push([middle, text]);
    free = middle + half + 10;
  }
  return kept;
}

// An axis: the place of each record from 0 to 1, and its ticks as [place, text].
function axis(channel, records) {
  const values = records.map((record) => record[field(channel)]);
  if (channel.type === "quantitative") return numeric(values.map((value) => (value == null ? NaN : Number(value))), short);
  if (channel.type === "temporal") {
    const times = values.map((value) => Date.parse(typeof value === "number" ? String(value) : value));
    if (times.every(Number.isFinite)) return dated(times, values);
  }
  const names = [...new Set(values.map(String))];
  const at = (index) => (names.length > 1 ? index / (names.length - 1) : 0.5);
  return { place: (record) => at(names.indexOf(String(values[record]))), ticks: names.map((name, index) => [at(index), shorten(name, 10)]) };
}

function dated(times, values) {
  const [low, high] = [Math.min(...times), Math.max(...times)];
  const place = (time) => (time - low) / (high - low || 1);
  const kept = new Map(times.map((time, at) => [time, String(values[at]).slice(0, 10)]));
  return { place: (record) => place(times[record]), ticks: [...kept].sort(([a], [b]) => a - b).map(([time, text]) => [place(time), text]) };
}

function numeric(numbers, text) {
  const finite = numbers.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  // From nought unless that would press the points together.
  const start = least >= 0 && (least < 0.6 * most || least === most) ? 0 : least;
  const step = nice((most - start || Math.abs(most) || 1) / 5);
  const [low, high] = [Math.floor(start / step) * step, Math.max(Math.ceil(most / step), Math.floor(start / step) + 1) * step];
  const place = (number) => (number - low) / (high - low);
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, at) => low + at * step);
  return { place: (record) => place(numbers[record]), ticks: ticks.map((number) => [place(number), text(Number(number.toPrecision(12)))]) };
}

function nice(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].find((factor) => factor * power >= step) * power;
}

// A year keeps its four figures; what is longer is grouped, and very long ones are shortened.
const short = (number) => (Math.abs(number) < 10_000 ? String(Number(number.toPrecision(5))) : Math.abs(number) < 1e6 ? Math.round(number).toLocaleString("en") : Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(number));
