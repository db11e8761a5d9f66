// An upright line over all rows of a chart, moved without drawing the chart again.

import { placeOf, rowsOf } from "./geometry.js";

/** @import { Chart } from "../charts/chart.js" */
/** @import { Plot } from "../types/plotly.d.ts" */

/**
 * A line that a chart is given.
 * @param {Plot} node of the chart
 * @param {string} name of its class
 * @returns {(place: number | null | undefined) => void} moves it to a place on the x axis; null hides it
 */
export function upright(node, name) {
  const line = document.createElement("div");
  line.className = `upright ${name}`;
  return (place) => {
    const [axis, rows] = [placeOf(node, "xaxis"), rowsOf(node)];
    const x = typeof place === "number" && axis ? axis.pixel(place) : -1;
    line.hidden = !axis || !rows || x < 0 || x > axis.length;
    if (line.hidden || !axis || !rows) return;
    if (!line.isConnected) node.append(line);
    Object.assign(line.style, { left: `${axis.offset + x}px`, top: `${rows.top}px`, height: `${rows.height}px` });
  };
}

/**
 * Show on a chart at which step the pictures beside it were made.
 * @param {Chart} chart
 */
export function followPictures(chart) {
  const move = upright(chart.node, "cursor");
  /** @type {number | null} */
  let step = null;
  const show = () => move(step === null ? null : chart.placeOf(step));
  document.addEventListener("picturestep", (event) => {
    ({ step } = /** @type {CustomEvent<{ step: number }>} */ (event).detail);
    show();
  });
  chart.node.addEventListener("drawn", show);
  addEventListener("resize", () => move(null)); // until the chart is drawn at its new width
}
