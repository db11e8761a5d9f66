// Parts of the page that the server renders: those marked data-live are fetched again and swapped where they changed.

import { throttled } from "./pacing.js";
import { showTimes } from "./times.js";

const REFRESH_MS = 800;
const LONGEST_MS = 30_000; // that an answer may take
const AGAIN_MS = 1000; // while the server counts pixels

/**
 * Fetch HTML from the server and swap every part of this page that it has in a newer version. A `partschange` event of
 * the document follows. False if there was no answer; the stream's badge says that the server is gone.
 * @param {string} url
 * @param {RequestInit} [options]
 * @returns {Promise<boolean>}
 */
export async function swapFrom(url, options = {}) {
  const fresh = document.createElement("template"); // in which, other than in a document, table rows may stand alone
  try {
    const signal = AbortSignal.timeout(LONGEST_MS);
    const answer = await fetch(url, { headers: { accept: "text/html" }, signal, ...options });
    if (!answer.ok) return false;
    fresh.innerHTML = await answer.text();
  } catch {
    return false;
  }
  for (const part of fresh.content.querySelectorAll("[data-live][id]")) {
    const old = document.getElementById(part.id);
    showTimes(part);
    if (old && old.innerHTML !== part.innerHTML) swap(old, part);
  }
  document.dispatchEvent(new CustomEvent("partschange"));
  return true;
}

/** Fetch this page again and swap what has changed. */
export const refreshParts = throttled(() => swapFrom(location.href), REFRESH_MS);

/**
 * Ask every second while the page has parts marked data-soon: they need a data set's pixels, which the server counts.
 * @param {() => void} ask
 */
export function whileCounting(ask) {
  setInterval(() => document.querySelector("[data-soon]") && ask(), AGAIN_MS);
}

/**
 * Put a part in the place of its older version, with what the reader did there: checks, open details, the focus.
 * @param {Element} old
 * @param {Element} fresh
 */
function swap(old, fresh) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const checked = old.querySelectorAll("input[type=checkbox]:checked");
  for (const box of checked) {
    const same = `input[name="${box.name}"][value="${CSS.escape(box.value)}"]`;
    const twin = /** @type {HTMLInputElement | null} */ (fresh.querySelector(same));
    if (twin) twin.checked = true;
  }
  for (const details of old.querySelectorAll("details[open]")) {
    const twin = twinOf(details, fresh, (node) => node.querySelector("summary")?.textContent);
    twin?.setAttribute("open", "");
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(fresh);
  if (focused instanceof HTMLElement) {
    twinOf(focused, fresh, (node) => node.getAttribute("aria-label") ?? node.textContent)?.focus();
  }
}

/**
 * The element inside `fresh` that has the same tag and label.
 * @template {Element} Node
 * @param {Node} node
 * @param {Element} fresh
 * @param {(node: Element) => string | null | undefined} label
 * @returns {Node | undefined}
 */
function twinOf(node, fresh, label) {
  const candidates = /** @type {Node[]} */ ([...fresh.querySelectorAll(node.tagName)]);
  return candidates.find((candidate) => label(candidate) === label(node));
}
