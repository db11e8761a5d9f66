// What was typed into a form, kept with this entry of the browser's history: Back and reload bring it back.

import { setText, textOf } from "./values.js";

/** @typedef {Record<string, string | boolean>} Typed */

/**
 * The form's fields that people fill in, and the key under which it launches once.
 * @param {HTMLFormElement} form
 * @returns {(HTMLInputElement | HTMLSelectElement)[]}
 */
function fieldsOf(form) {
  const named = [.../** @type {Iterable<HTMLInputElement | HTMLSelectElement>} */ (form.elements)];
  return named.filter((field) => field.name && (field.type !== "hidden" || field.name === "key") && field.type !== "submit");
}

/**
 * @param {HTMLFormElement} form
 * @returns {Typed}
 */
function read(form) {
  return Object.fromEntries(
    fieldsOf(form).map((field) => [field.name, field instanceof HTMLInputElement && field.type === "checkbox" ? field.checked : textOf(field)]),
  );
}

/**
 * Remember the form while it is filled in and sent, and bring back what this entry of the history remembers.
 * @param {HTMLFormElement} form
 * @param {boolean} filledIn whether it came with what was typed before
 * @returns {boolean} whether there was something to bring back
 */
export function keepTyped(form, filledIn) {
  const key = /** @type {HTMLInputElement} */ (form.elements.namedItem("key"));
  const kept = /** @type {{ typed?: Typed, sent?: string } | null} */ (history.state);
  const keep = (/** @type {object} */ more = {}) => history.replaceState({ ...history.state, typed: read(form), ...more }, "");

  for (const field of fieldsOf(form)) {
    const value = kept?.typed?.[field.name];
    if (typeof value === "string") setText(field, value);
    else if (typeof value === "boolean") /** @type {HTMLInputElement} */ (field).checked = value;
  }
  if (filledIn) keep();
  form.addEventListener("input", () => keep());
  form.addEventListener("submit", () => {
    const { key: _, ...now } = read(form);
    const sent = JSON.stringify(now);
    if ((history.state?.sent ?? sent) !== sent) key.value = freshKey(); // something else than what was launched from here
    keep({ sent });
  });
  return Boolean(kept?.typed);
}

/** A key that no other form has. */
function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
