// The page of a sweep: its numbers and pictures follow the runs of its trials, a dot opens its run, and a box drawn
// in a picture, or the row at hand, picks trials out everywhere.

import { singledOut } from "../around/brush.js";
import { showFigure } from "../charts/bars.js";
import { embedded, element } from "../parts/embedded.js";
import { refreshParts, whileCounting } from "../parts/fragments.js";
import { throttled } from "../parts/pacing.js";
import { follow } from "../stream/follow.js";

/** @import { Figure, Plot } from "../types/plotly.d.ts" */

const PACE_MS = 3000; // from one look at the steps to the next

const { cursor, group, runs } = embedded("sweep-data");
const here = new Set(runs);
const catchUp = throttled(refreshParts, PACE_MS);
const canDraw = matchMedia("(pointer: fine)").matches; // a finger that moves over a chart scrolls the page
/** @type {(() => void)[]} */
const redraws = [];
/** @type {Set<number> | null} */
let boxed = null; // the runs in the box that was drawn last
let atHand = 0; // the run whose row has the focus or is under the pointer

/** Draw the picked runs alone, and list their rows alone. */
function showPicked() {
  const rows = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#trials tbody tr[data-trial]"));
  for (const row of rows) row.hidden = boxed !== null && !boxed.has(Number(row.dataset.run));
  element("picked").textContent = boxed ? `${boxed.size} of ${rows.length} trials, those in the box` : "";
  element("all-trials").hidden = boxed === null;
  for (const redraw of redraws) redraw();
}

/** @param {Figure} figure */
function picked({ data, layout }) {
  layout.dragmode = canDraw && "select";
  return singledOut({ data, layout }, atHand ? new Set([atHand]) : boxed);
}

/** @param {Set<number> | null} chosen */
function pick(chosen) {
  boxed = chosen;
  showPicked();
}

/** @param {Event} event */
function reach({ target }) {
  const row = /** @type {HTMLElement | null | undefined} */ (target instanceof Element ? target.closest("#trials tr[data-run]") : null);
  const run = Number(row?.dataset.run ?? 0);
  if (run === atHand) return;
  atHand = run;
  for (const redraw of redraws) redraw();
}

/**
 * Open the run of the trial that is clicked, and pick those in a box.
 * @param {Plot} node a chart
 */
function listen(node) {
  node.on("plotly_selected", (box) => {
    const inside = (box?.points ?? []).flatMap(({ customdata }) => (customdata ? [customdata] : []));
    if (inside.length) pick(new Set(inside)); // plotly tells of an empty box with every drawing, too
  });
  node.on("plotly_deselect", () => pick(null));
  node.on("plotly_click", ({ points }) => {
    const run = points.find(({ customdata }) => customdata)?.customdata;
    if (run) location.assign(`/runs/${run}`);
  });
}

for (const node of document.querySelectorAll(".figures .chart")) {
  redraws.push(showFigure(node.id.replace("-chart", ""), listen, picked));
}
element("all-trials").addEventListener("click", () => pick(null));
document.addEventListener("partschange", () => boxed && showPicked());
document.addEventListener("focusin", reach);
document.addEventListener("pointerover", reach);
follow(cursor, {
  points: ({ run }) => here.has(run) && catchUp(),
  run: ({ id, name, status, group: its }) => {
    if (its !== group) return;
    here.add(id);
    element("announce").textContent = `${name}: ${status}`;
    refreshParts();
  },
  resync: () => refreshParts(),
});
whileCounting(refreshParts); // a trial's result is noted just after its run has ended
document.body.dataset.ready = "true";
