// The button that changes the theme; theme/stored-theme.js applies the stored one before the first paint.

import { element } from "../parts/embedded.js";

const THEMES = ["auto", "light", "dark"];

const current = () => document.documentElement.dataset.theme ?? "auto";
const changed = (now = false) => document.dispatchEvent(new CustomEvent("themechange", { detail: { now } }));

/** @type {string | null} */
let screen = null; // the theme to come back to while the page is printed

/** @param {boolean} isPrinting */
function print(isPrinting) {
  if (isPrinting === (screen !== null)) return;
  const { dataset } = document.documentElement;
  if (isPrinting) {
    screen = current();
    dataset.theme = "light";
  } else {
    if (screen === "auto") delete dataset.theme;
    else dataset.theme = screen ?? "";
    screen = null;
  }
  changed(true);
}

/**
 * Show the button; a `themechange` event of the document says that colours have changed. Paper is white: the light theme
 * is in force while the page is printed, and then figures cannot wait to be drawn, which the event's detail says.
 */
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
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => changed());
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  matchMedia("print").addEventListener("change", ({ matches }) => print(matches));
}
