// Lines to see a curve against, as the server drew them: which of them fit beside the curve, and which are too far out.

import { embedded } from "../parts/embedded.js";
import { axisName } from "./figures.js";
import { extent } from "./series.js";

/** @import { Value } from "../types/page.d.ts" */
/** @import { Axis, Layout, Trace } from "../types/plotly.d.ts" */

const REACH = 0.6; // how much of a row's own range a line may add to it, above or below

/**
 * Shapes and annotations of the lines near their row's points, and in words those that are not.
 * @param {Layout} layout
 * @param {Trace[]} data
 * @returns {{ shapes: object[], annotations: { text: string }[], outside: string[] }}
 */
export function referenceMarks(layout, data) {
  const references = embedded("references") ?? [];
  const points = (/** @type {string} */ axis) => data.filter(({ yaxis }) => yaxis === axis).flatMap(({ y }) => y ?? []);
  const near = references.filter(({ axis, value }) => isNear(value, layout[axisName(axis)], points(axis)));
  return {
    shapes: near.map(({ shape }) => structuredClone(shape)),
    annotations: near.map(({ axis, value, annotation }) => {
      const log = layout[axisName(axis)].type === "log"; // there annotations have the exponent, and shapes the value
      return { ...structuredClone(annotation), y: log ? Math.log10(value) : value };
    }),
    outside: references.filter((one) => !near.includes(one)).map(({ row, annotation }) => `${row}, ${annotation.text}`),
  };
}

/**
 * Whether a line is near the points of its row.
 * @param {number} value
 * @param {Axis} axis
 * @param {Value[]} points
 * @returns {boolean}
 */
function isNear(value, axis, points) {
  const scale = axis.type === "log" ? Math.log10 : (/** @type {number} */ y) => y;
  if (axis.type === "log" && value <= 0) return false;
  const drawn = points.filter((y) => y !== null).map(scale).filter(Number.isFinite);
  if (drawn.length === 0) return false;
  const [low, high] = extent(drawn);
  const reach = REACH * Math.max(high - low, 1e-9);
  return scale(value) > low - reach && scale(value) < high + reach;
}
