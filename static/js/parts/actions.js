// Forms that stop, pause or resume a run: they post in the background, so that a zoom or a choice is not lost.

import { refreshParts } from "./fragments.js";

const ACTIONS = "form.inline:is([action$='/stop'], [action$='/pause'], [action$='/resume'])";

/** Post such forms in the background, and show what they changed. */
export function startActions() {
  document.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.matches(ACTIONS)) return;
    event.preventDefault();
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    await fetch(form.action, { method: "POST" }).catch(() => {}); // the badge already says that the server is gone
    refreshParts();
  });
}
