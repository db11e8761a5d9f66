// The pre-flight beside the New-run form, and the errors in it: fetched again while the form changes, with buttons that
// make the suggested changes.

import { element } from "../parts/embedded.js";
import { swapFrom, whileCounting } from "../parts/fragments.js";
import { debounced, throttled } from "../parts/pacing.js";
import { setText } from "./values.js";

const PAUSE_MS = 150; // after the last key

const form = /** @type {HTMLFormElement} */ (element("launch"));

const ask = throttled(async () => {
  const answered = await swapFrom("/runs/preflight", { method: "POST", body: new FormData(form) });
  if (!answered) element("preflight").dataset.stale = "true"; // what is shown may be old
}, 0);

/** Show the suggestions that this form can take: a preset of several runs has no field in which they differ. */
function showSuggestions() {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-changes]"))) {
    button.hidden = !changesOf(button).every(([name]) => form.elements.namedItem(name));
  }
}

/** Say which fields are wrong to those who do not see it, and open what hides one. */
function showErrors() {
  const before = form.querySelectorAll("[aria-invalid]").length;
  /** @type {string[]} */
  const sentences = [];
  for (const part of form.querySelectorAll(".field")) {
    const error = part.querySelector(".error p");
    const field = /** @type {HTMLElement} */ (part.querySelector("input, select"));
    if (error) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (!error) continue;
    sentences.push(error.textContent);
    reveal(part);
  }
  if (sentences.length > before) element("announce").textContent = sentences.join(". ");
}

/**
 * Open the fold around a field.
 * @param {Element} part
 */
function reveal(part) {
  part.closest("details")?.setAttribute("open", "");
}

/**
 * The fields that a suggestion sets, and to what.
 * @param {HTMLElement} button
 * @returns {[name: string, value: unknown][]}
 */
const changesOf = (button) => Object.entries(JSON.parse(button.dataset.changes ?? "{}"));

/** @param {HTMLElement} button */
function makeChanges(button) {
  const fields = changesOf(button).map(([name, value]) => {
    const field = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
    setText(field, String(value));
    reveal(field);
    return field;
  });
  form.dispatchEvent(new Event("input", { bubbles: true })); // as if typed: fields show and hide, and we ask again
  fields.find((field) => !field.disabled)?.focus(); // the button goes with what it corrects
}

/**
 * Start the panel.
 * @param {boolean} restored whether the form has other values than those it came with
 */
export function startPreflight(restored) {
  form.addEventListener("click", ({ target }) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-changes]"));
    if (button) makeChanges(button);
  });
  form.addEventListener("input", debounced(ask, PAUSE_MS));
  document.addEventListener("partschange", () => {
    showSuggestions();
    showErrors();
  });
  showSuggestions();
  showErrors();
  if (restored) ask();
  whileCounting(ask);
}
