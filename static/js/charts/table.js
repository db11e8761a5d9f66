// The numbers of a chart as a table, for people who cannot see it or who read one exactly: filled when it is opened.

import { formatColumn, formatCount } from "../parts/numbers.js";

/** @import { Plot, Trace } from "../types/plotly.d.ts" */

/** @typedef {string | number | null | undefined} Cell */
/** @typedef {{ head: Cell[], rows: Cell[][] }} Table */

const ROWS = 20;
const COLUMNS = 6; // of a heat map
const PLACES = 6; // of one run

/** @type {Record<string, (node: Plot) => Table>} */
const READERS = { heatmap, histogram, plane };

/**
 * Fill the table inside `details` from a drawn figure whenever it is opened.
 * @param {HTMLDetailsElement} details
 * @param {Plot} node
 */
export function tabulate(details, node) {
  details.addEventListener("toggle", () => {
    if (!details.open || !node.data) return;
    const kind = "plane" in node.dataset ? "plane" : (node.data[0]?.type ?? "");
    const { head, rows } = (READERS[kind] ?? series)(node);
    const body = section("tbody", written(rows), "row");
    details.querySelector("table")?.replaceChildren(section("thead", [head], "col"), body);
  });
}

/**
 * Evenly chosen rows of what the chart draws in view, the last one always among them.
 * @param {Plot} node
 * @returns {Table}
 */
function series({ data, layout }) {
  const traces = data.filter(({ name, x, meta }) => name && x?.length && meta.role !== "heldout");
  const longest = traces.reduce((/** @type {Trace["x"]} */ most, { x }) => (x.length > most.length ? x : most), []);
  const { range, title } = layout.xaxis;
  const [low, high] = range ?? [-Infinity, Infinity];
  const rows = chosen(longest.filter((x) => typeof x === "string" || (x >= low && x <= high)));
  const value = (/** @type {Trace} */ { x, y }, /** @type {string | number} */ place) =>
    y[typeof place === "string" ? x.indexOf(place) : x.findLastIndex((other) => Number(other) <= place)];
  return {
    head: [title?.text ?? "dimension", ...traces.map(({ name }) => name)],
    rows: rows.map((x) => [x, ...traces.map((trace) => value(trace, x))]),
  };
}

/**
 * @param {Plot} node
 * @returns {Table}
 */
function heatmap({ data: [{ x, y, z }] }) {
  const columns = chosen(x.map((_, i) => i), COLUMNS);
  return {
    head: ["dimension", ...columns.map((i) => `step ${formatCount(Number(x[i]))}`)],
    rows: y.slice(0, ROWS).map((name, j) => [name, ...columns.map((i) => z[j][i])]),
  };
}

/**
 * The bins that hold something, by their logarithmic bounds.
 * @param {Plot} node
 * @returns {Table}
 */
function histogram({ layout, calcdata: [bins] }) {
  const filled = bins.filter(({ s }) => s > 0);
  return {
    head: [`${layout.xaxis.title?.text} from`, "to", "dimensions"],
    rows: filled.map(({ p0, p1, s }) => [10 ** p0, 10 ** p1, s]),
  };
}

/**
 * Where runs went, in a few places each, and where they are held out.
 * @param {Plot} node
 * @returns {Table}
 */
function plane({ data }) {
  const rows = data.filter(({ name }) => name).flatMap(({ name, x, y, meta }) =>
    chosen(x.map((_, i) => i), PLACES).map((i) => [`${name}, ${meta.role}`, x[i], y[i], Number(x[i]) + Number(y[i])]),
  );
  return { head: ["run", "KL", "reconstruction", "−ELBO"], rows };
}

/**
 * At most `count` of all, evenly chosen, the first and the last among them.
 * @template T
 * @param {T[]} all
 * @param {number} [count]
 * @returns {T[]}
 */
function chosen(all, count = ROWS) {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))]);
}

/**
 * @param {"thead" | "tbody"} kind
 * @param {Cell[][]} rows
 * @param {string} scope of its headings
 * @returns {HTMLTableSectionElement}
 */
function section(kind, rows, scope) {
  const part = document.createElement(kind);
  for (const row of rows) {
    const line = part.insertRow();
    row.forEach((value, i) => {
      const isHeading = kind === "thead" || i === 0;
      const cell = line.appendChild(document.createElement(isHeading ? "th" : "td"));
      if (isHeading) cell.scope = scope;
      cell.className = "num";
      cell.textContent = String(value ?? "—");
    });
  }
  return part;
}

/**
 * The numbers of each column in one notation.
 * @param {Cell[][]} rows
 * @returns {Cell[][]}
 */
function written(rows) {
  const columns = (rows[0] ?? []).map((_, i) => {
    const numbers = rows.map((row) => row[i]).filter((value) => typeof value === "number");
    const texts = numbers.every(Number.isInteger) ? numbers.map(formatCount) : formatColumn(numbers);
    return rows.map((row) => (typeof row[i] === "number" ? texts.shift() : row[i]));
  });
  return rows.map((_, j) => columns.map((column) => column[j]));
}
