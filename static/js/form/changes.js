// What was changed since the preset or the earlier run that a form was filled in from: marks, and buttons that go back.

import { setText, textOf } from "./values.js";

/** @param {HTMLElement} part */
const inputOf = (part) => /** @type {HTMLInputElement | HTMLSelectElement} */ (part.querySelector("input, select"));

/**
 * The same text for the same value: numbers and lists of them may be written in several ways.
 * @param {string} text
 */
function normal(text) {
  const plain = text.trim();
  if (/^[\d\s,x]+$/.test(plain)) return plain.split(/[\s,x]+/).map(Number).join();
  return plain !== "" && Number.isFinite(Number(plain)) ? String(Number(plain)) : plain;
}

/**
 * Whether a field means something else than it began as; an emptied one falls back to that.
 * @param {HTMLElement} part
 */
function isChanged(part) {
  const field = inputOf(part);
  const text = textOf(field);
  if (field.disabled || (text.trim() === "" && part.dataset.optional === undefined)) return false;
  return normal(text) !== normal(part.dataset.base ?? "");
}

/**
 * What means something else than it began as, by name.
 * @param {HTMLFormElement} form
 * @returns {[name: string, text: string][]}
 */
export function changedFields(form) {
  const parts = /** @type {HTMLElement[]} */ ([...form.querySelectorAll(".field")]);
  return parts.filter(isChanged).map((part) => [inputOf(part).name, textOf(inputOf(part))]);
}

/**
 * Mark what is changed, offer the way back, and say so beside the preset's name.
 * @param {HTMLFormElement} form
 */
export function markChanges(form) {
  let changes = 0;
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll(".field"))) {
    const changed = isChanged(part);
    if (changed) changes += 1;
    const [origin, change] = /** @type {NodeListOf<HTMLElement>} */ (part.querySelectorAll(".mark"));
    origin.hidden = changed || part.dataset.set === undefined;
    change.hidden = !changed;
    /** @type {HTMLElement} */ (part.querySelector("[data-reset]")).hidden = !changed;
  }
  const chip = /** @type {HTMLElement | null} */ (document.querySelector(".presets [data-current]"));
  if (!chip) return;
  chip.toggleAttribute("aria-current", changes === 0);
  if (changes === 0) chip.setAttribute("aria-current", "true");
  /** @type {HTMLElement} */ (chip.querySelector("[data-changed]")).hidden = changes === 0;
}

/**
 * Let each field be set back to what it began as.
 * @param {HTMLFormElement} form
 */
export function startResets(form) {
  form.addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest("[data-reset]");
    const part = /** @type {HTMLElement | null | undefined} */ (button?.closest(".field"));
    if (!part) return;
    const field = inputOf(part);
    setText(field, part.dataset.base ?? "");
    field.dispatchEvent(new Event("input", { bubbles: true })); // as if typed
    field.focus();
  });
}
