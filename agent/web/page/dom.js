// Elements made of data. Every text is a text node: nothing that a database, a model or a person wrote is read as markup.

const PROPERTIES = new Set(["checked", "disabled", "hidden", "indeterminate", "open", "readOnly", "required", "selected", "value"]);
const SVG = "http://www.w3.org/2000/svg";

/** Make an element. `on` holds its listeners, `class` and the rest are attributes; children are nodes or texts, nested as they come. */
export function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** Make an element of a drawing. */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(node, { on = {}, ...attributes }, children) {
  node.append(...children.flat(Infinity).filter((child) => child != null && child !== false && child !== ""));
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || (value === false && !name.startsWith("aria-"))) continue;
    if (PROPERTIES.has(name)) node[name] = value;
    else node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  return node;
}

/** Put new children into a place, and leave the reader where they were: the focus by `data-key`, and what was opened or closed. */
export function redraw(place, ...children) {
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.closest("[data-key]")?.dataset.key;
  const opened = new Map([...place.querySelectorAll("details[data-key]")].map((it) => [it.dataset.key, it.open]));
  place.replaceChildren(...children.flat(Infinity).filter((child) => child != null && child !== false));
  for (const it of place.querySelectorAll("details[data-key]")) if (opened.has(it.dataset.key)) it.open = opened.get(it.dataset.key);
  if (!active) return;
  const same = key && place.querySelector(`[data-key="${CSS.escape(key)}"]:not([disabled])`);
  (same || place.querySelector("[data-fallback]") || place).focus({ preventScroll: Boolean(same) });
}

/** Tell a screen reader what happened. */
export function say(text) {
  const live = document.getElementById("live");
  live.textContent = "";
  // An unchanged text is not spoken again: it is emptied first, and filled a moment later.
  setTimeout(() => { live.textContent = text; }, 60);
}

/** Write a count with its noun: `1 row`, `2 rows`. */
export const count = (number, noun, plural = `${noun}s`) => `${number.toLocaleString("en")} ${number === 1 ? noun : plural}`;

/** Write a name of the program's as words. */
export const words = (name) => name.replaceAll("_", " ");

/** Give a person a file. */
export function download(name, blob) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
