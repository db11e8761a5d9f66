// Figures that the server built with their numbers and builds again when these change: bars and heat maps.

import { element, embedded } from "../parts/embedded.js";
import { CONFIG, themed } from "./figures.js";
import { painter } from "./paint.js";

/** @import { Figure, Plot } from "../types/plotly.d.ts" */

/**
 * Show the figure called `name` in its place, hidden while there is none, and follow its changes.
 * @param {string} name
 * @param {(node: Plot) => void} [listen] called once, with the chart when it is first drawn
 * @param {(figure: Figure) => Figure} [changed] what is drawn of it
 * @returns {() => void} asks for another drawing
 */
export function showFigure(name, listen, changed = (figure) => figure) {
  const node = document.getElementById(`${name}-chart`);
  if (!node) return () => {};
  const around = /** @type {HTMLElement} */ (node.closest("[data-with]") ?? node);
  const ask = painter(node, async () => {
    const figure = embedded(`${name}-figure`);
    if (!figure) return;
    const { data, layout } = changed(themed(figure));
    await Plotly.react(node, data, layout, CONFIG);
    if (!isDrawn) listen?.(/** @type {Plot} */ (node));
    isDrawn = true;
  });
  let isDrawn = false;
  let drawn = "";
  const update = () => {
    const text = element(`${name}-figure`).textContent;
    around.hidden = text === "null";
    if (!around.hidden && text !== drawn) ask();
    drawn = text;
  };
  update();
  document.addEventListener("partschange", update);
  return () => around.hidden || ask();
}
