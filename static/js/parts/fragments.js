// Parts of the page that the server renders: those marked data-live are fetched again and changed where they differ.

import { morph } from "./morph.js";
import { throttled } from "./pacing.js";
import { showTimes } from "./times.js";

const REFRESH_MS = 800;
const LONGEST_MS = 30_000; // that an answer may take
const AGAIN_MS = 1000; // while the server counts pixels

let isHeld = false; // whether some text waits until nobody marks it

/**
 * Fetch HTML from the server and change every part of this page that it has in a newer version; what a reader opened,
 * scrolled to, typed or marked there stays. A `partschange` event of the document follows. False if there was no
 * answer; the stream's badge says that the server is gone.
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
    if (old && !old.isEqualNode(part)) isHeld = !morph(old, part) || isHeld;
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

document.addEventListener("selectionchange", () => {
  if (!isHeld || !document.getSelection()?.isCollapsed) return;
  isHeld = false;
  refreshParts();
});
