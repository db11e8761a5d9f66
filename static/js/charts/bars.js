// Figures that the server built with their numbers and builds again when these change: bars and heat maps.

import { element, embedded } from "../parts/embedded.js";
import { CONFIG, themed } from "./figures.js";
import { painter } from "./paint.js";

/**
 * Show the figure called `name` in its place, hidden while there is none, and follow its changes.
 * @param {string} name
 */
export function showFigure(name) {
  const node = document.getElementById(`${name}-chart`);
  if (!node) return;
  const around = /** @type {HTMLElement} */ (node.closest("[data-with]") ?? node);
  const ask = painter(node, async () => {
    const figure = embedded(`${name}-figure`);
    if (!figure) return;
    const { data, layout } = themed(figure);
    await Plotly.react(node, data, layout, CONFIG);
  });
  let drawn = "";
  const update = () => {
    const text = element(`${name}-figure`).textContent;
    around.hidden = text === "null";
    if (!around.hidden && text !== drawn) ask();
    drawn = text;
  };
  update();
  document.addEventListener("partschange", update);
}
