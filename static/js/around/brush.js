// The runs that a person picked out: a box drawn in a chart, or a row of a table, shows them alone in every chart.

/** @import { Figure, Trace } from "../types/plotly.d.ts" */

const FAINT = 0.15; // of the opacity that a trace has: the others, so that one still sees where they are
/** @type {("x" | "y" | "customdata" | "hovertext")[]} */
const EACH_POINTS = ["x", "y", "customdata", "hovertext"];

/**
 * The figure with the points of other runs faint. Whose a point is says its trace's `customdata`.
 * @param {Figure} figure
 * @param {Set<number> | null} runs null for all of them
 * @returns {Figure}
 */
export function singledOut({ data, layout }, runs) {
  if (!runs) return { data, layout };
  /** @param {number | null} run */
  const isPicked = (run) => run !== null && runs.has(run);
  const parts = data.map((trace) => (isOfRuns(trace) ? [faint(part(trace, (run) => !isPicked(run))), part(trace, isPicked)] : [trace]));
  return { data: parts.flat(), layout };
}

/**
 * Whether each of its points is a run's: a line that joins runs is not.
 * @param {Trace} trace
 * @returns {boolean}
 */
const isOfRuns = ({ customdata, mode }) => customdata !== undefined && mode !== "lines";

/**
 * @param {Trace} trace
 * @param {(run: number | null) => boolean} belongs
 * @returns {Trace}
 */
function part(trace, belongs) {
  const places = (trace.customdata ?? []).flatMap((run, place) => (belongs(run) ? [place] : []));
  const lists = EACH_POINTS.flatMap((name) => {
    const list = trace[name];
    return list ? [[name, places.map((place) => list[place])]] : [];
  });
  return { ...trace, ...Object.fromEntries(lists) };
}

/**
 * @param {Trace} trace
 * @returns {Trace}
 */
const faint = (trace) => ({ ...trace, opacity: FAINT * (trace.opacity ?? 1) });
