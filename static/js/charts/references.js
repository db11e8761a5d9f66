// Lines to see a curve against, as the server drew them: which of them fit beside the curve, and which are too far out.

import { embedded } from "../parts/common.js";

const REACH = 0.6; // how much of a row's own range a line may add to it, above or below

/** Shapes and annotations of the lines near their row's points, and in words those that are not. */
export function referenceMarks(layout, data) {
  const references = embedded("references") ?? [];
  const traces = (axis) => data.filter((trace) => trace.yaxis === axis);
  const drawn = references.filter(({ axis, value }) => isNear(value, layout[axisName(axis)], traces(axis)));
  return {
    shapes: drawn.map(({ shape }) => structuredClone(shape)),
    annotations: drawn.map(({ axis, value, annotation }) => {
      const log = layout[axisName(axis)].type === "log"; // there annotations want the exponent, and shapes the value
      return { ...structuredClone(annotation), y: log ? Math.log10(value) : value };
    }),
    outside: references.filter((one) => !drawn.includes(one)).map(({ row, annotation }) => `${row}, ${annotation.text}`),
  };
}

const axisName = (axis) => axis.replace("y", "yaxis");

function isNear(value, axis, traces) {
  const scale = axis.type === "log" ? Math.log10 : (y) => y;
  if (axis.type === "log" && value <= 0) return false;
  const points = traces.flatMap((trace) => trace.y ?? []).filter((y) => y !== null && Number.isFinite(scale(y)));
  if (points.length === 0) return false;
  const [low, high] = points.reduce(([least, most], y) => [Math.min(least, y), Math.max(most, y)], [Infinity, -Infinity]).map(scale);
  const reach = REACH * Math.max(high - low, 1e-9);
  return scale(value) > low - reach && scale(value) < high + reach;
}
