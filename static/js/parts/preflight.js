// The pre-flight beside the New-run form: fetched again while the form changes, with buttons that make its suggestions.

import { element } from "./embedded.js";
import { swapFrom, whileCounting } from "./fragments.js";
import { debounced, throttled } from "./pacing.js";

const PAUSE_MS = 150; // after the last key

const form = /** @type {HTMLFormElement} */ (element("launch"));

const ask = throttled(async () => {
  const answered = await swapFrom("/runs/preflight", { method: "POST", body: new FormData(form) });
  if (!answered) element("preflight").dataset.stale = "true"; // what is shown may be old
}, 0);

/** Show the suggestions that this form can take: a preset of several runs has no field in which they differ. */
function showSuggestions() {
  /** @type {NodeListOf<HTMLElement>} */
  const buttons = element("preflight").querySelectorAll("[data-changes]");
  for (const button of buttons) {
    button.hidden = !changesOf(button).every(([name]) => form.elements.namedItem(name));
  }
}

/**
 * The fields that a suggestion sets, and to what.
 * @param {HTMLElement} button
 * @returns {[name: string, value: unknown][]}
 */
const changesOf = (button) => Object.entries(JSON.parse(button.dataset.changes ?? "{}"));

/** Start the panel. */
export function startPreflight() {
  form.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (target.closest("#preflight [data-changes]"));
    if (!button) return;
    for (const [name, value] of changesOf(button)) {
      /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value = String(value);
    }
    form.dispatchEvent(new Event("input", { bubbles: true })); // as if typed: fields show and hide, and we ask again
  });
  form.addEventListener("input", debounced(ask, PAUSE_MS));
  document.addEventListener("partschange", showSuggestions);
  showSuggestions();
  whileCounting(ask);
}
