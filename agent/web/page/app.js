// The page: what it holds, and what a person can do with it. The parts draw; only this file asks the server.

import { api, ask, Refused, setToken } from "./api.js";
import { count, download, el, redraw, say } from "./dom.js";
import { drawKept } from "./kept.js";
import { drawPlan } from "./plan/form.js";
import { drawSchema } from "./schema.js";
import { drawThreads, newName } from "./threads.js";
import { pendingTurn, summary, turnArticle } from "./turn.js";

/** Turns of a thread that are drawn before somebody asks for more. */
const SHOWN = 50;
const at = (id) => document.getElementById(id);
const form = at("ask"), question = at("question");
const state = { database: null, threads: [], thread: "", turns: [], kept: [], pending: null, shown: SHOWN };

// --- drawing

function drawConversation() {
  const last = state.turns.length - 1, from = Math.max(0, state.turns.length - state.shown);
  redraw(at("conversation"),
    from > 0 ? el("button", { type: "button", class: "earlier", "data-key": "earlier", on: { click: () => { state.shown += SHOWN; drawConversation(); } } }, `Show ${count(Math.min(from, SHOWN), "earlier question")} of ${from.toLocaleString("en")}`) : null,
    state.turns.slice(from).map((answer, index) => turnArticle(answer, { thread: state.thread, last: from + index === last && !state.pending, place: from + index + 1, kept: isKept(answer), actions })),
    state.pending && pendingTurn(state.pending),
    !state.turns.length && !state.pending && welcome());
}

// Whether the person said of this answer, in this place of a conversation, that it is right.
const isKept = (answer) => state.kept.some((it) => it.question === answer.question && it.sql === answer.sql && it.history.length === answer.number - 1);

function welcome() {
  const names = state.database?.tables.map((table) => table.name) ?? [];
  return el("div", { class: "welcome" },
    el("h2", { tabindex: -1, "data-fallback": true }, "Ask about the database"),
    el("p", {}, "Each question goes on from the one before it: “Only show the ones from France.”, “How many are there?”"),
    names.length ? el("p", { class: "soft" }, `It has ${names.length === 1 ? "one table" : `${names.length.toLocaleString("en")} tables`}: ${names.slice(0, 8).join(", ")}${names.length > 8 ? " and more" : ""}.`) : null);
}

function drawAside() {
  const answer = state.pending ? null : state.turns.at(-1);
  drawPlan(at("plan-form"), answer, state.database, actions);
  drawSchema(at("schema-tables"), answer, state.database);
}

function drawNav() {
  redraw(at("threads"), drawThreads(state, actions), drawKept(state.kept, actions));
}

function draw() {
  drawConversation();
  drawAside();
  drawNav();
  document.title = state.turns.length ? `${state.turns.at(-1).question} · TurnSQL` : "TurnSQL";
}

/** Show what went wrong, and let the person try it again. */
function problem(error, again) {
  const place = at("problem");
  if (error.status === 401) return askToken(again);
  place.replaceChildren(el("span", {}, error.message), again ? el("button", { type: "button", "data-key": "again", on: { click: () => { calm(); question.focus(); again(); } } }, "Try again") : "",
    el("button", { type: "button", "aria-label": "Close this message", on: { click: () => { calm(); question.focus(); } } }, "✕"));
  place.hidden = false;
}

function askToken(again) {
  const field = el("input", { type: "password", name: "token", autocomplete: "off", required: true });
  const send = (event) => { event.preventDefault(); setToken(field.value.trim()); calm(); again(); };
  at("problem").replaceChildren(el("form", { "aria-label": "Token", on: { submit: send } },
    el("label", {}, "This server wants its token ", field), el("button", { type: "submit" }, "Go on")));
  at("problem").hidden = false;
  field.focus();
}

function calm() {
  at("problem").hidden = true;
  at("problem").replaceChildren();
}

// --- what the server is asked, one thing after the other

let queue = Promise.resolve();
function inTurn(work, again) {
  queue = queue.then(async () => {
    document.body.setAttribute("aria-busy", "true");
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      problem(error, again);
    } finally {
      document.body.removeAttribute("aria-busy");
    }
  });
  return queue;
}

/** Change the latest turn: the server gives it back as it is now. */
function change(request, told) {
  const again = () => change(request, told);
  return inTurn(async () => {
    try {
      const answer = await request(state.thread);
      calm();
      state.turns[state.turns.length - 1] = answer;
      say(`${told}. ${summary(answer)}`);
    } finally {
      draw();
    }
  }, again);
}

const actions = {
  open(name) {
    location.hash = `#thread=${encodeURIComponent(name)}`;
    closeMenu();
  },
  start: () => actions.open(newName(state.database)),
  without: (filter, text) => change((thread) => api.without(thread, filter), `Filter taken off: ${text}`),
  plan: (plan, told) => change((thread) => api.plan(thread, plan), told),
  reading: (index) => change((thread) => api.reading(thread, index), "Other reading taken"),
  settle() {
    state.turns.at(-1).doubt = null;
    drawConversation();
    say("The answer stays as it is");
  },
  keep: () => inTurn(async () => {
    await api.keep(state.thread);
    await loadKept();
    draw();
    say("Answer kept as right");
  }, () => actions.keep()),
  undo: () => inTurn(async () => {
    await api.undo(state.thread);
    const { question: taken } = state.turns.pop();
    await loadThreads();
    draw();
    say(`Taken back: ${taken}`);
    question.value = taken;
    question.focus();
  }, () => actions.undo()),
  csv: (answer) => inTurn(async () => {
    download(`${state.thread}-${answer.number}.csv`, await api.csv(state.thread, answer.number));
    say("CSV saved");
  }, () => actions.csv(answer)),
  rows: (answer) => api.rows(state.thread, answer.number),
  sql: (sql) => api.sql(sql),
  forget: (id) => inTurn(async () => { await api.forget(id); await loadKept(); draw(); say("Kept answer deleted"); }),
  exportKept: () => inTurn(async () => { download("kept.jsonl", await api.exportKept()); say("Kept answers saved"); }),
};

function submit(asked) {
  const again = () => submit(asked);
  return inTurn(async () => {
    state.pending = { question: asked, stages: [] };
    draw();
    at("conversation").lastElementChild.scrollIntoView({ block: "start" });
    const started = performance.now();
    try {
      const answer = await ask(state.thread, asked, (stage) => { state.pending.stages.push(stage); drawConversation(); });
      calm();
      state.turns.push({ ...answer, took: performance.now() - started });
      state.pending = null;
      say(summary(answer));
      if (question.value.trim() === asked) question.value = "";
    } finally {
      state.pending = null;
      draw();
      at("conversation").lastElementChild.scrollIntoView({ block: "start" });
    }
    await loadThreads();
    drawNav();
  }, again);
}

// --- loading

async function loadThreads() {
  state.threads = (await api.threads()).threads;
}

async function loadKept() {
  state.kept = (await api.kept()).kept;
}

function load() {
  return inTurn(async () => {
    state.database ??= await api.database();
    at("database").textContent = `${state.database.address.split(/[\\/]/).pop() || state.database.address} (${state.database.dialect})`;
    at("database").title = state.database.address;
    at("runs").hidden = !state.database.runs;
    if (state.database.runs) await api.session();
    await Promise.all([loadThreads(), loadKept()]);
    const given = new URLSearchParams(location.hash.slice(1)).get("thread");
    state.thread = given || newName(state.database);
    if (!given) history.replaceState(null, "", `#thread=${encodeURIComponent(state.thread)}`);
    state.shown = SHOWN;
    state.turns = given ? (await api.thread(given)).turns : [];
    draw();
    at("conversation").lastElementChild?.scrollIntoView({ block: "start" });
    question.focus({ preventScroll: true });
  }, load);
}

// --- the question box and the menu

function closeMenu() {
  at("menu").setAttribute("aria-expanded", "false");
}

const grow = () => { question.rows = Math.min(6, question.value.split("\n").length); };
question.addEventListener("input", grow);
question.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = question.value.trim();
  if (asked && !state.pending) submit(asked);
});
at("menu").addEventListener("click", () => at("menu").setAttribute("aria-expanded", String(at("menu").getAttribute("aria-expanded") !== "true")));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && at("menu").getAttribute("aria-expanded") === "true") { closeMenu(); at("menu").focus(); }
  if (event.key === "/" && !event.target.closest("input, textarea, select")) { event.preventDefault(); question.focus(); }
});
addEventListener("hashchange", load);
// The address that the server prints holds its token: it is taken out of sight, and out of the history.
const handed = new URLSearchParams(location.hash.slice(1)).get("token");
if (handed) {
  setToken(handed);
  history.replaceState(null, "", location.pathname);
}
load();
