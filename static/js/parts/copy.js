// Buttons that copy the text of the element that their data-copy names.

import { element } from "./embedded.js";

const CONFIRMED_MS = 1500;

/** Show and start the page's copy buttons, where the browser can copy. */
export function startCopying() {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-copy]"))) {
    const label = button.textContent;
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(element(button.dataset.copy ?? "").textContent);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = label), CONFIRMED_MS);
    });
  }
}
