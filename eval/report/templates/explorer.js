"use strict";
// The explorer: every turn, filtered; one dialogue with every stage; two runs side by side. All its state stands in the address
// (#turns?a=0&b=1&outcome=fixed&at=cosql-dev/3/1), so that a view can be linked to and the browser's back button works.
{
  const PAGE = 100;
  const STAGES = ["dialogue_state_tracking", "schema_linking", "value_grounding", "plan_emission", "sql_generation", "schema_validation"];
  const CLAUSES = ["select", "from", "where", "group by", "having", "order by", "limit", "offset"];
  const OUTCOMES = {
    alone: [["", "all turns"], ["wrong", "wrong"], ["right", "right"], ["apart", "unscored or not run"]],
    paired: [
      ["", "all turns"], ["fixed", "B right, A wrong"], ["broken", "A right, B wrong"], ["differ", "A and B differ in SQL"],
      ["both_wrong", "both wrong"], ["both_right", "both right"],
    ],
  };
  const { runs, turns, answers, parts } = report;
  const place = new Map(turns.map((turn, index) => [turn.id, index]));
  const form = document.getElementById("filters");
  const list = document.getElementById("turn-list");
  const page = document.getElementById("dialogue");
  const count = document.getElementById("count");
  const pager = document.getElementById("pager");
  const split = document.getElementById("split");
  const words = (name) => name.replace("_f1", " F1").replaceAll("_", " ");

  // --- building blocks

  function el(name, properties = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (value == null || value === false) continue;
      if (key in node && key !== "list") node[key] = value;
      else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
    return node;
  }
  const SIGNS = { right: "✓", wrong: "✗", unscored: "?", "not run": "–" };
  const mark = (answer, name) => answer
    ? el("i", { className: answer.mark.replace(" ", "-"), title: `${name ? `${name}: ` : ""}${answer.mark}` }, el("span", { ariaHidden: "true" }, SIGNS[answer.mark]), el("span", { className: "unseen" }, `${name ? `${name} ` : ""}${answer.mark}`))
    : el("i", { title: `${name}: not in this run` }, "·");

  // --- the parts of a large report: scripts beside the page, since a page from the disk can fetch nothing else

  const arrived = new Map();
  window.turnsqlPart = (name, data) => {
    if (name.startsWith("index-")) addIndex(data);
    else addBody(data);
  };
  function load(name) {
    if (!arrived.has(name)) arrived.set(name, new Promise((resolve, reject) => {
      const script = el("script", { src: `${parts.folder}/${name}.js`, onload: resolve, onerror: () => reject(new Error(`${parts.folder}/${name}.js is not there`)) });
      document.head.append(script);
    }));
    return arrived.get(name);
  }
  function addIndex({ first, columns, words: named }) {
    const told = (code) => (code < 0 ? null : named[code]);
    columns.id.forEach((id, at) => {
      const index = first + at;
      place.set(id, index);
      turns[index] = {
        id, dialogue: columns.dialogue[at], turn: columns.turn[at], utterance: columns.utterance[at], corpus: told(columns.corpus[at]),
        database: told(columns.database[at]), hardness: told(columns.hardness[at]), features: columns.features[at].map(told), body: columns.body[at],
      };
      columns.answers[at].forEach((answer, run) => {
        answers[run][index] = answer && { mark: told(answer[0]), sql: "", code: answer[1], fault: answer.length > 2 ? { stage: told(answer[2]), modes: answer.slice(3).map((mode) => [told(mode), ""]) } : null };
      });
    });
  }
  function addBody({ first, turns: found, answers: given }) {
    found.forEach((turn, at) => { turns[first + at] = turn; });
    given.forEach((own, run) => own.forEach((answer, at) => { answers[run][first + at] = answer; }));
  }
  let indexed = !parts;
  async function loadIndex() {
    for (let number = 0; number < parts.indexes; number++) {
      count.textContent = `Reading the turns: ${turns.length} of ${parts.count}`;
      await load(`index-${number}`);
    }
    indexed = true;
    fillFilters();
    form.elements.text.placeholder = "of the question";
  }
  const failed = (error) => { count.textContent = `The turns cannot be read: ${error.message}`; };

  // --- the state, and the address that holds it

  const NAMES = ["a", "b", "outcome", "database", "failure", "stage", "feature", "turn", "hardness", "text"];
  let state = {};
  const read = () => {
    const given = new URLSearchParams(location.hash.split("?")[1] ?? "");
    state = Object.fromEntries([...NAMES, "at", "page"].map((name) => [name, given.get(name) ?? ""]));
    const number = (given) => (/^\d+$/.test(given) && Number(given) < runs.length ? Number(given) : "");
    state.a = number(state.a) || 0;
    state.b = number(state.b) !== state.a ? number(state.b) : "";
  };
  const address = (changes) => {
    const merged = { ...state, ...changes };
    return `#turns?${new URLSearchParams(Object.entries(merged).filter(([name, value]) => value !== "" && !(name === "a" && value === 0)))}`;
  };
  const paired = () => state.b !== "";
  const answerOf = (run, index) => (run === "" ? null : answers[run][index]);
  const shown = () => [state.a, state.b].filter((run) => run !== "");

  // --- filters

  function matches(turn, index) {
    const first = answerOf(state.a, index), second = answerOf(state.b, index);
    if (!first && !second) return false;
    if (state.outcome && !hasOutcome(first, second)) return false;
    if (state.database && turn.database !== state.database) return false;
    if (state.feature && !turn.features.includes(state.feature)) return false;
    if (state.hardness && turn.hardness !== state.hardness) return false;
    if (state.turn && (state.turn === ">4" ? turn.turn < 4 : turn.turn + 1 !== Number(state.turn))) return false;
    const faults = [first?.fault, second?.fault].filter(Boolean);
    if (state.failure && !faults.some((fault) => fault.modes.some(([mode]) => mode === state.failure))) return false;
    if (state.stage && !faults.some((fault) => (fault.stage ?? "none") === state.stage)) return false;
    if (!state.text) return true;
    const sought = state.text.toLowerCase();
    return [turn.utterance, turn.gold, first?.sql, second?.sql, `${turn.dialogue}/${turn.turn}`].some((text) => text?.toLowerCase().includes(sought));
  }
  function hasOutcome(first, second) {
    if (!paired()) return state.outcome === "apart" ? !["right", "wrong"].includes(first?.mark) : first?.mark === state.outcome;
    if (!first || !second) return false;
    const verdict = { fixed: ["wrong", "right"], broken: ["right", "wrong"], both_wrong: ["wrong", "wrong"], both_right: ["right", "right"] }[state.outcome];
    return verdict ? first.mark === verdict[0] && second.mark === verdict[1] : (first.code ?? first.sql.trim()) !== (second.code ?? second.sql.trim());
  }

  function options(name, pairs) {
    form.elements[name].replaceChildren(...pairs.map(([value, label]) => el("option", { value }, label)));
  }
  function fillFilters() {
    const every = (values) => [["", "all"], ...[...new Set(values)].filter(Boolean).sort().map((value) => [value, words(value)])];
    const found = answers.flatMap((own) => own.map((answer) => answer?.fault).filter(Boolean));
    options("a", runs.map((run, index) => [index, run.name]));
    options("b", [["", "no other run"], ...runs.map((run, index) => [index, run.name])]);
    options("database", [["", "all"], ...[...new Set(turns.map((turn) => turn.database))].sort().map((name) => [name, name])]);
    options("failure", every(found.flatMap((fault) => fault.modes.map(([mode]) => mode))));
    options("stage", [["", "all"], ...STAGES.map((stage) => [stage, words(stage)]), ["none", "none"]]);
    options("feature", every(turns.flatMap((turn) => turn.features)));
    options("hardness", every(turns.map((turn) => turn.hardness)));
    options("turn", [["", "all"], ...["1", "2", "3", "4", ">4"].map((value) => [value, value])]);
    form.elements.b.closest("label").hidden = runs.length < 2;
  }
  function showFilters() {
    options("outcome", OUTCOMES[paired() ? "paired" : "alone"]);
    for (const name of NAMES) if (form.elements[name].value !== String(state[name])) form.elements[name].value = state[name];
  }

  // --- the list

  let found = [];
  function showList() {
    found = turns.map((turn, index) => index).filter((index) => matches(turns[index], index));
    const last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
    const at = Math.min(Number(state.page) || 0, last);
    const right = (run) => found.filter((index) => answerOf(run, index)?.mark === "right").length;
    count.textContent = `${found.length} of ${turns.length} turns; right: ${shown().map((run) => `${paired() ? (run === state.a ? "A " : "B ") : ""}${right(run)}`).join(", ")}`;
    list.replaceChildren(...found.slice(at * PAGE, (at + 1) * PAGE).map(row));
    pager.hidden = !last;
    pager.replaceChildren(
      el("a", { href: address({ page: at - 1 }), className: at ? "" : "off", ariaDisabled: String(!at) }, "previous"),
      el("span", {}, `${at * PAGE + 1}–${Math.min(found.length, (at + 1) * PAGE)} of ${found.length}`),
      el("a", { href: address({ page: at + 1 }), className: at < last ? "" : "off", ariaDisabled: String(at >= last) }, "next"),
    );
    if (!found.length) list.append(el("li", { className: "none" }, "No turn is left: loosen a filter."));
  }
  function row(index) {
    const turn = turns[index];
    const modes = answerOf(state.a, index)?.fault?.modes ?? [];
    return el("li", {}, el("a", { href: address({ at: turn.id }), "data-at": turn.id },
      el("span", { className: "marks" }, shown().map((run) => mark(answerOf(run, index), paired() ? (run === state.a ? "A" : "B") : ""))),
      el("span", { className: "asked" }, turn.utterance),
      el("small", {}, `${turn.dialogue}/${turn.turn} ${turn.database}`, modes.slice(0, 2).map(([mode]) => el("span", { className: "chip" }, words(mode)))),
    ));
  }

  // --- a dialogue

  function showDialogue() {
    const chosen = place.get(state.at);
    split.classList.toggle("opened", chosen != null);
    for (const link of list.querySelectorAll("a")) link.toggleAttribute("aria-current", link.dataset.at === state.at);
    if (chosen == null) return page.replaceChildren(el("p", { className: "facts" }, "Choose a turn: its dialogue opens here, with the SQL, the rows, and every stage's input and output."));
    const turn = turns[chosen];
    if (turn.body != null) {
      page.replaceChildren(el("p", { className: "facts" }, "Reading the dialogue."));
      return void load(`body-${turn.body}`).then(showDialogue, failed);
    }
    const members = turns.map((_, index) => index).filter((index) => turns[index].dialogue === turn.dialogue && sameCorpus(turns[index].id, turn.id) && shown().some((run) => answers[run][index]));
    const title = el("h3", { tabIndex: -1 }, `Dialogue ${turn.dialogue}, `, el("span", { className: "soft" }, turn.database));
    page.replaceChildren(
      el("nav", { className: "steps", ariaLabel: "Turns found" }, el("a", { href: address({ at: "" }), className: "back" }, "← list"), neighbour(chosen, -1, "previous found"), neighbour(chosen, 1, "next found")),
      title,
      el("p", { className: "facts" }, `${turn.corpus}, ${members.length} turns`, paired() ? ` · A: ${runs[state.a].name}, B: ${runs[state.b].name}` : ` · ${runs[state.a].name}, ${runs[state.a].history} history`),
      ...members.map((index) => article(index, index === chosen)),
    );
    page.querySelector("article.chosen")?.scrollIntoView({ block: "nearest" });
    title.focus({ preventScroll: true });
  }
  const sameCorpus = (one, other) => one.split("/")[0] === other.split("/")[0];
  function neighbour(chosen, step, label) {
    const at = found.indexOf(chosen), next = at < 0 ? undefined : found[at + step];
    return next == null ? el("span", { className: "off" }, label) : el("a", { href: address({ at: turns[next].id, page: Math.floor((at + step) / PAGE) || "" }), rel: step < 0 ? "prev" : "next" }, label);
  }

  function article(index, open) {
    const turn = turns[index];
    const box = el("details", { open }, el("summary", {},
      el("span", { className: "id" }, turn.turn + 1),
      el("span", { className: "marks" }, shown().map((run) => mark(answerOf(run, index), paired() ? (run === state.a ? "A" : "B") : ""))),
      el("span", { className: "asked" }, turn.utterance)));
    const fill = () => box.childElementCount < 2 && box.append(...turnBody(index));
    if (open) fill();
    box.addEventListener("toggle", () => box.open && fill());
    return el("article", { className: open ? "chosen" : "", id: turn.id }, box);
  }

  function turnBody(index) {
    const turn = turns[index];
    const given = shown().map((run) => ({ name: paired() ? (run === state.a ? "A" : "B") : "answer", run, answer: answerOf(run, index) })).filter(({ answer }) => answer);
    return [
      el("p", { className: "facts" }, [`turn ${turn.dialogue}/${turn.turn}`, turn.hardness, ...turn.features.map(words), ...turn.flags.map((flag) => `gold flagged: ${words(flag)}`), turn.unscored && `unscored: ${turn.unscored}`].filter(Boolean).join(" · ")),
      given.map(({ name, answer }) => verdict(name, answer)),
      sqlPart(turn, given), planPart(turn, given), rowsPart(turn, given), stagesPart(index, given),
    ].flat(Infinity).filter(Boolean);
  }

  function verdict(name, answer) {
    const verdicts = Object.entries(answer.verdicts).map(([rule, right]) => el("span", { className: "chip" }, `${rule} `, el("i", { className: right ? "right" : "wrong" }, right ? "✓" : "✗")));
    const rest = [answer.confidence != null && `confidence ${answer.confidence.toFixed(2)}`, answer.ms && `${answer.ms} ms`, ...answer.notes.map(words)].filter(Boolean);
    const fault = answer.fault;
    return el("section", { className: "verdict" },
      el("p", {}, paired() ? el("b", {}, `${name} `) : null, mark(answer, ""), ` ${answer.mark} `, verdicts, el("small", {}, rest.join(" · "))),
      answer.error ? el("p", {}, answer.error) : null,
      fault ? el("p", { className: "fault" }, "Blamed: ", el("b", {}, fault.stage ? words(fault.stage) : "no stage"), ` (${fault.how}).`,
        fault.departs && fault.departs !== fault.stage ? ` The first to depart from gold: ${words(fault.departs)}.` : "") : null,
      fault?.modes.length ? el("ul", { className: "modes" }, fault.modes.map(([mode, evidence]) => el("li", {}, el("b", {}, words(mode)), `: ${evidence}`))) : null,
    );
  }

  // SQL: two runs are compared with each other, one wrong answer with the gold.
  function sqlPart(turn, given) {
    const texts = given.map(({ answer }) => answer.sql || "(no SQL)");
    const wrong = given.length === 1 && given[0].answer.mark === "wrong" && turn.gold;
    const [left, right] = given.length === 2 ? difference(texts[0], texts[1]) : wrong ? difference(turn.gold, texts[0]) : [];
    const blocks = given.length === 2
      ? [...(turn.gold ? [["gold", turn.gold]] : []), ["A", left, "del"], ["B", right, "ins"]]
      : [...(turn.gold && given[0]?.answer.mark !== "right" ? [["gold", left ?? turn.gold, "del"]] : []), ["answer", right ?? texts[0], "ins"]];
    const same = given.length === 2 && texts[0].trim() === texts[1].trim();
    return part("SQL", same ? "A and B wrote the same." : "", el("div", { className: "columns" }, blocks.map(([title, text, kind]) =>
      el("div", { className: title === "gold" && given.length === 2 ? "wide" : "" }, el("h5", {}, title), el("pre", {}, el("code", {}, typeof text === "string" ? text : text.map(([word, odd]) => odd ? el("mark", { className: kind }, word) : word)))))));
  }

  // Words of two texts, each marked where the other lacks it: a longest common subsequence, without regard to case.
  function difference(first, second) {
    const cut = (text) => text.match(/\s+|\w+|'[^']*'|"[^"]*"|[^\w\s]/g) ?? [];
    const [a, b] = [cut(first), cut(second)];
    const key = (word) => (/^\s+$/.test(word) ? " " : word.startsWith("'") ? word : word.toLowerCase());
    const length = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; i--)
      for (let j = b.length - 1; j >= 0; j--)
        length[i][j] = key(a[i]) === key(b[j]) ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    const left = [], right = [];
    let i = 0, j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && key(a[i]) === key(b[j])) left.push([a[i++], false]), right.push([b[j++], false]);
      else if (j >= b.length || (i < a.length && length[i + 1][j] >= length[i][j + 1])) left.push([a[i], a[i++].trim() !== ""]);
      else right.push([b[j], b[j++].trim() !== ""]);
    }
    return [left, right];
  }

  // Plans, clause by clause; what differs from gold is marked.
  function planPart(turn, given) {
    const plans = [turn.plan ? ["gold", turn.plan] : null, ...given.map(({ name, answer }) => [name, answer.plan])].filter(Boolean);
    if (!plans.some(([, plan]) => plan)) return null;
    const held = plans.map(([, plan]) => grouped(plan ?? []));
    const clauses = [...new Set([...CLAUSES, ...held.flatMap((plan) => [...plan.keys()])])].filter((clause) => held.some((plan) => plan.has(clause)));
    const differs = (texts, at) => turn.plan && at > 0 && (texts[at] ?? "").toLowerCase() !== (texts[0] ?? "").toLowerCase();
    return part("Plan", "", scroll(el("table", { className: "plans" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "clause"), plans.map(([name]) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, clauses.map((clause) => {
        const texts = held.map((plan) => plan.get(clause));
        return el("tr", {}, el("th", { scope: "row" }, clause), texts.map((text, at) => el("td", { className: differs(texts, at) ? "odd" : "" }, differs(texts, at) ? el("span", { className: "unseen" }, "differs: ") : null, text ?? "–")));
      })))));
  }
  function grouped(plan) {
    const found = new Map();
    for (const [clause, text] of plan) found.set(clause, found.has(clause) ? `${found.get(clause)}; ${text}` : text);
    return found;
  }

  function rowsPart(turn, given) {
    if (!turn.rows) return null;
    const parts = [], notes = [];
    let gold = turn.rows;
    for (const { name, answer } of given) {
      if (answer.mark === "right") notes.push(`${paired() ? name : "The answer"}: the gold's rows.`);
      else if (answer.difference) {
        if (given.length === 1) gold = answer.difference.gold;
        notes.push(`${paired() ? `${name}: ` : ""}${answer.difference.verdict}`);
        parts.push([name, answer.difference.given]);
      }
    }
    return part("Rows", notes.join(" "), el("div", { className: "columns" }, [["gold", gold], ...parts].map(([title, sample]) => rowsOf(title, sample))));
  }
  function rowsOf(title, sample) {
    return el("div", {}, el("h5", {}, `${title}: ${sample.caption}`), sample.columns.length ? scroll(el("table", { className: "rows" },
      el("thead", {}, el("tr", {}, sample.columns.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, sample.rows.map((cells, at) => el("tr", { className: sample.odd[at] ? "odd" : "" }, cells.map((cell) => el("td", {}, cell))))))) : null);
  }

  // Stages: what each received (all that stands before it) and gave, beside what gold would have given.
  function stagesPart(index, given) {
    const turn = turns[index];
    const ran = STAGES.filter((stage) => given.some(({ answer }) => answer.stages.some((output) => output.stage === stage)));
    return part("Stages", "", ran.map((stage) => {
      const outputs = given.map(({ name, answer }) => [name, answer.stages.find((output) => output.stage === stage)]).filter(([, output]) => output);
      const blamed = given.some(({ answer }) => answer.fault?.stage === stage);
      const first = outputs[0][1];
      const box = el("details", { className: "stage", open: blamed }, el("summary", {}, el("b", {}, words(stage)), " ",
        el("small", {}, paired() ? "" : `${first.variant}, ${first.ms.toFixed(1)} ms`), " ", blamed ? el("span", { className: "chip bad" }, "blamed") : null,
        paired() ? null : scoreChips(first.scores)));
      const fill = () => box.childElementCount < 2 && box.append(el("div", { className: "columns narrow" },
        el("div", {}, el("h5", {}, "input"), inputs(index, given, stage)),
        outputs.map(([name, output]) => el("div", {}, el("h5", {}, `${paired() ? `${name} gave` : "output"}`, paired() ? el("small", {}, ` ${output.variant}, ${output.ms.toFixed(1)} ms`) : ""), el("pre", {}, output.lines.join("\n")))),
        turn.stages?.[stage] ? el("div", {}, el("h5", {}, "gold would give"), el("pre", {}, turn.stages[stage].join("\n"))) : null));
      if (blamed) fill();
      box.addEventListener("toggle", () => box.open && fill());
      return box;
    }));
  }
  // Of a stage's scores only those short of 1 are named.
  function scoreChips(scores) {
    const low = Object.entries(scores).filter(([, score]) => score < 1);
    if (!low.length) return Object.keys(scores).length ? el("span", { className: "chip" }, "all its scores 1") : null;
    return low.map(([name, score]) => el("span", { className: "chip low" }, `${words(name)} ${score.toFixed(2).replace(/^0/, "")}`));
  }
  function inputs(index, given, stage) {
    const turn = turns[index];
    const before = STAGES.slice(0, STAGES.indexOf(stage));
    return given.map(({ name, answer }) => [
      paired() ? el("h5", {}, `${name} received`) : null,
      el("pre", {}, `utterance: ${turn.utterance}`),
      el("details", {}, el("summary", {}, historyTitle(answer)), el("pre", {}, historyText(turn, answer))),
      before.map((earlier) => {
        const output = answer.stages.find((output) => output.stage === earlier);
        return output ? el("details", {}, el("summary", {}, `from ${words(earlier)}`), el("pre", {}, output.lines.join("\n"))) : null;
      }),
    ]);
  }
  const historyTitle = (answer) => answer.history == null ? "history: not known any more" : `history: ${answer.history.length} earlier ${answer.history.length === 1 ? "turn" : "turns"}`;
  function historyText(turn, answer) {
    const asked = turns.filter((other) => other.dialogue === turn.dialogue && sameCorpus(other.id, turn.id) && other.turn < turn.turn);
    return (answer.history ?? []).map((sql, at) => `${asked[at]?.utterance ?? ""}\n  ${sql || "(no SQL)"}`).join("\n") || "nothing before it";
  }

  const part = (title, note, ...content) => el("section", { className: "part" }, el("h4", {}, title), note ? el("p", { className: "facts" }, note) : null, content);
  const scroll = (...content) => el("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "table" }, content);

  // --- the two views, and keys

  let starting;
  function show() {
    const exploring = location.hash.startsWith("#turns");
    document.body.classList.toggle("exploring", exploring);
    for (const link of document.querySelectorAll("header nav a")) link.toggleAttribute("aria-current", exploring === link.hash.startsWith("#turns") && (exploring || link.hash === location.hash));
    if (!exploring) return location.hash && document.getElementById(location.hash.slice(1))?.scrollIntoView();
    if (!indexed) return void (starting ??= loadIndex().then(show, failed));
    read();
    showFilters();
    showList();
    showDialogue();
  }
  form.addEventListener("input", (event) => {
    const control = event.target;
    const changes = { [control.name]: control.value, page: "" };
    if (control.name === "a" && control.value === String(state.b)) changes.b = "";
    if (control.name === "b" && (control.value === "") === paired()) changes.outcome = "";
    history.replaceState(null, "", address(changes));
    show();
    control.focus();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `#turns?${new URLSearchParams(paired() ? { a: state.a, b: state.b } : { a: state.a })}`);
    show();
  });
  addEventListener("keydown", (event) => {
    const typing = ["INPUT", "SELECT"].includes(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey;
    if (typing || !document.body.classList.contains("exploring")) return;
    const link = { j: page.querySelector("a[rel=next]"), k: page.querySelector("a[rel=prev]"), Escape: page.querySelector("a.back") }[event.key];
    if (link) link.click();
    else if (event.key === "/") event.preventDefault(), form.elements.text.focus();
  });
  addEventListener("hashchange", show);
  form.querySelector("details").open = innerWidth > 736; // folded on a phone, where they would fill the screen
  fillFilters();
  show();
}
