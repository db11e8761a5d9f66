// Figures that the server built with their numbers and builds anew when these change: bars and heat maps.

import { embedded } from "../parts/common.js";
import { CONFIG, themed } from "./figures.js";
import { painter } from "./paint.js";

/** Show the figure called `name` in its place, hidden while there is none, and follow its changes. */
export function showFigure(name) {
  const node = document.getElementById(`${name}-chart`);
  if (!node) return;
  const around = node.closest("[data-with]") ?? node;
  const ask = painter(node, async () => {
    const figure = embedded(`${name}-figure`);
    if (!figure) return;
    const { data, layout } = themed(figure);
    await Plotly.react(node, data, layout, CONFIG);
  });
  let drawn = null;
  const update = () => {
    const text = document.getElementById(`${name}-figure`).textContent;
    around.hidden = text === "null";
    if (!around.hidden && text !== drawn) ask();
    drawn = text;
  };
  update();
  document.addEventListener("partschange", update);
}
