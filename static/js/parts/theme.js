// The button that changes the theme; parts/stored-theme.js applies the stored one before the first paint.

import { element } from "./embedded.js";

const THEMES = ["auto", "light", "dark"];

const current = () => document.documentElement.dataset.theme ?? "auto";
const changed = () => document.dispatchEvent(new CustomEvent("themechange"));

/** Show the button; a `themechange` event of the document says that colours have changed. */
export function startTheme() {
  const button = element("theme");
  const name = /** @type {HTMLElement} */ (button.querySelector("[data-theme-name]"));
  button.hidden = false;
  name.textContent = current();
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length];
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    localStorage.setItem("theme", next);
    name.textContent = next;
    changed();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
