"use strict";
// Draws every figure that names a chart, again whenever its width changes. Colours are variables of the style sheet, so that
// light and dark need no redrawing.
{
  const SERIES = ["var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)", "var(--c6)"];
  const NAMED = { gain: "var(--good)", loss: "var(--bad)", level: "var(--c1)", skipped: "var(--soft)", "as it is": "var(--c1)", "given gold": "var(--gold)" };
  const BY_SERIES = { value: "series", scale: "color" }; // a run may be called red: its name is no colour
  const words = (label) => label.replaceAll("_", " ");
  const share = (value) => value.toFixed(3).replace(/^(-?)0/, "$1");
  const writers = { share, count: (value) => String(value), number: (value) => value.toLocaleString("en", { maximumFractionDigits: 1 }) };

  const drawers = { bars, waterfall, ranges, lines };

  function frame(chart, width, height, rest) {
    const labels = [...new Set(chart.marks.map((mark) => mark.label))];
    const longest = Math.max(...labels.map((label) => label.length));
    const room = Math.min(7 * longest + 12, width < 480 ? 112 : 200);
    return {
      width, height, marginLeft: room, marginRight: 44, marginTop: 8, marginBottom: 40,
      style: { background: "none", color: "inherit", fontFamily: "inherit", fontSize: "12px", overflow: "visible" },
      ariaLabel: chart.title, ...rest,
    };
  }
  const labelAxis = (width) => Plot.axisY({ label: null, tickSize: 0, tickFormat: words, lineWidth: width < 480 ? 8 : 16 });
  const valueAxis = (chart) => ({
    label: chart.axis, labelAnchor: "right", ...(chart.form === "share" ? { tickFormat: share } : {}), ...(chart.form === "count" ? { tickFormat: "d" } : {}), nice: true, ticks: 5,
  });
  const colours = (names) => ({ domain: names, range: names.map((name, place) => NAMED[name] ?? SERIES[place % SERIES.length]) });
  const box = { fill: "var(--paper)", stroke: "var(--line)", lineWidth: 30 };
  const tip = (chart) => ({ title: (mark) => said(chart, mark), tip: box });
  function said(chart, mark) {
    const write = writers[chart.form];
    const ends = mark.low == null || mark.high == null || chart.kind === "bars" ? "" : ` (${write(mark.low)} to ${write(mark.high)})`;
    const where = chart.labels ? `${chart.labels}: ${words(mark.label)}` : words(mark.label);
    const what = mark.start == null ? write(mark.value) : `${mark.value >= mark.start ? "+" : ""}${write(mark.value - mark.start)}`;
    return `${where}${mark.series && chart.labels ? `, ${mark.series}` : ""}: ${what}${ends}${mark.note ? `; ${mark.note}` : ""}`;
  }

  // Bars, those of one label beside each other where there are several series.
  function bars(chart, width) {
    const labels = [...new Set(chart.marks.map((mark) => mark.label))];
    const names = seriesOf(chart);
    const many = names.length > 1;
    const place = many ? { y: "series", fy: "label" } : { y: "label" };
    const write = writers[chart.form];
    return Plot.plot({
      ...frame(chart, width, labels.length * (many ? 14 * names.length + 12 : 28) + 48),
      x: { ...valueAxis(chart), grid: true },
      y: many ? { axis: null, domain: names } : { domain: labels, label: null },
      ...(many ? { fy: { domain: labels, label: null, padding: 0.2, axis: null } } : {}),
      color: colours(names),
      marks: [
        many ? Plot.text(labels.map((label) => ({ label })), { fy: "label", text: (d) => words(d.label), frameAnchor: "left", textAnchor: "end", dx: -8, lineWidth: width < 480 ? 8 : 16 }) : labelAxis(width),
        Plot.barX(chart.marks, { ...place, x: "value", fill: BY_SERIES, insetTop: 1, insetBottom: 1, ...tip(chart) }),
        Plot.ruleY(chart.marks.filter((mark) => mark.high != null), { ...place, x1: "low", x2: "high", stroke: "currentColor", strokeOpacity: 0.55 }),
        Plot.text(chart.marks, { ...place, x: (mark) => mark.high ?? mark.value, text: (mark) => write(mark.value), textAnchor: "start", dx: 5, fontVariant: "tabular-nums" }),
        Plot.ruleX([0]),
      ],
    });
  }

  // Every bar begins where the one above it ended.
  function waterfall(chart, width) {
    const marks = chart.marks.map((mark) => ({ ...mark, from: mark.start ?? 0 }));
    const steps = marks.slice(1).map((mark, place) => ({ label: mark.label, before: marks[place].label, at: marks[place].value }));
    const write = writers[chart.form];
    return Plot.plot({
      ...frame(chart, width, marks.length * 32 + 48),
      x: { ...valueAxis(chart), grid: true, domain: chart.form === "share" ? [0, 1] : undefined },
      y: { domain: marks.map((mark) => mark.label), label: null, padding: 0.25 },
      color: colours(seriesOf(chart)),
      marks: [
        labelAxis(width),
        Plot.link(steps, { x1: "at", x2: "at", y1: "before", y2: "label", stroke: "var(--soft)", strokeDasharray: "2,3" }),
        Plot.barX(marks, { y: "label", x1: "from", x2: (mark) => mark.value === mark.from ? mark.value + 0.002 : mark.value, fill: BY_SERIES, rx: 2, ...tip(chart) }),
        Plot.ruleY(marks.filter((mark) => mark.low != null && mark.high > mark.low), { y: "label", x1: "low", x2: "high", stroke: "currentColor", strokeOpacity: 0.7 }),
        Plot.text(marks, {
          y: "label", x: (mark) => Math.max(mark.value, mark.from, mark.high ?? 0), textAnchor: "start", dx: 6, fontWeight: 600, fontVariant: "tabular-nums",
          text: (mark) => mark.start == null ? write(mark.value) : `${mark.value < mark.from ? "−" : "+"}${write(Math.abs(mark.value - mark.from))}`,
        }),
      ],
    });
  }

  // Dots on one line a label, with their intervals.
  function ranges(chart, width) {
    const labels = [...new Set(chart.marks.map((mark) => mark.label))];
    const spans = labels.map((label) => {
      const values = chart.marks.filter((mark) => mark.label === label).map((mark) => mark.value);
      return { label, low: Math.min(...values), high: Math.max(...values) };
    });
    const names = seriesOf(chart);
    const around = (mark) => names.length > 1 ? (names.indexOf(mark.series) - (names.length - 1) / 2) * 7 : 0;
    const group = (name) => chart.marks.filter((mark) => mark.series === name);
    return Plot.plot({
      ...frame(chart, width, labels.length * 34 + 48),
      x: { ...valueAxis(chart), grid: true },
      y: { domain: labels, label: null },
      color: colours(names),
      marks: [
        labelAxis(width),
        chart.marks.some((mark) => mark.value < 0 || (mark.low ?? 0) < 0) ? Plot.ruleX([0]) : null,
        names.length > 1 ? Plot.ruleY(spans, { y: "label", x1: "low", x2: "high", stroke: "var(--line)", strokeWidth: 4, strokeLinecap: "round" }) : null,
        names.map((name) => Plot.ruleY(group(name).filter((mark) => mark.low != null), { y: "label", x1: "low", x2: "high", stroke: BY_SERIES, strokeWidth: 1.5, dy: around({ series: name }) })),
        names.map((name) => Plot.dot(group(name), { y: "label", x: "value", fill: BY_SERIES, stroke: "var(--paper)", r: 5, dy: around({ series: name }) })),
        Plot.tip(chart.marks, Plot.pointer({ x: "value", y: "label", title: (mark) => `${mark.series}, ${said(chart, mark)}`, ...box })),
      ],
    });
  }

  // Lines over numbers, or over labels in the order given.
  function lines(chart, width) {
    const labels = [...new Set(chart.marks.map((mark) => mark.label))];
    const counted = chart.marks.length > 30 && labels.every((label) => label !== "" && !Number.isNaN(Number(label)));
    const marks = chart.marks.map((mark) => ({ ...mark, x: counted ? Number(mark.label) : mark.label }));
    const title = (mark) => said(chart, counted ? { ...mark, label: share(mark.x) } : mark);
    return Plot.plot({
      ...frame(chart, width, Math.min(320, Math.max(220, width * 0.5)), { marginLeft: 44, marginTop: 28 }),
      x: { label: chart.labels, labelAnchor: "right", ...(counted ? { domain: [0, 1], tickFormat: share, ticks: 5 } : { type: "point", domain: labels, padding: 0.3 }) },
      y: { ...valueAxis(chart), labelAnchor: "top", grid: true, zero: true },
      color: colours(seriesOf(chart)),
      marks: [
        Plot.ruleY([0]),
        Plot.line(marks, { x: "x", y: "value", z: "series", stroke: BY_SERIES, strokeWidth: 2.25 }),
        counted ? null : Plot.dot(marks, { x: "x", y: "value", fill: BY_SERIES, r: 4, stroke: "var(--paper)" }),
        Plot.tip(marks, Plot.pointer({ x: "x", y: "value", title, ...box })),
      ],
    });
  }

  const seriesOf = (chart) => [...new Set(chart.marks.map((mark) => mark.series))];

  function legend(chart) {
    const names = seriesOf(chart);
    if (names.length < 2) return null;
    const scale = colours(names);
    const list = document.createElement("ul");
    list.className = "legend";
    names.forEach((name, place) => {
      const item = document.createElement("li"), swatch = document.createElement("span");
      swatch.style.background = scale.range[place];
      item.append(swatch, chart.kind === "waterfall" && name === "level" ? "value accuracy" : name);
      list.append(item);
    });
    return list;
  }

  function draw(target) {
    const width = Math.floor(target.clientWidth);
    if (!width || Number(target.dataset.width) === width) return;
    target.dataset.width = width;
    const chart = report.charts[target.dataset.chart];
    const key = legend(chart);
    target.replaceChildren(...(key ? [key] : []), drawers[chart.kind](chart, width));
  }
  const drawn = new ResizeObserver((entries) => requestAnimationFrame(() => entries.forEach(({ target }) => draw(target))));
  globalThis.report = JSON.parse(document.getElementById("data").textContent);
  for (const target of document.querySelectorAll("[data-chart]")) drawn.observe(target);
}
