// The rows of the runs list that are in view follow their runs: the server renders them again, twice a second at most.

import { swapFrom } from "./fragments.js";
import { throttled } from "./pacing.js";

const PAUSE_MS = 500;

/** @type {Set<number>} */
const behind = new Set(); // runs with steps that their rows do not show

const rowOf = (/** @type {number} */ run) => document.querySelector(`#runs-table tr[data-run="${run}"]`);

const catchUp = throttled(async () => {
  const runs = [...behind].filter(isInView);
  if (runs.length === 0) return;
  for (const run of runs) behind.delete(run);
  const { columns = "", sort = "" } = document.getElementById("runs-table")?.dataset ?? {};
  const query = new URLSearchParams([...runs.map((run) => ["run", String(run)]), ["columns", columns], ["sort", sort]]);
  await swapFrom(`/runs/rows?${query}`);
}, PAUSE_MS);

/** @param {number} run */
function isInView(run) {
  const place = rowOf(run)?.getBoundingClientRect();
  return place !== undefined && place.bottom > 0 && place.top < innerHeight;
}

/**
 * There are new steps or held-out numbers of this run, which may be on the page or not.
 * @param {number} run
 */
export function updateRow(run) {
  if (!rowOf(run)) return;
  behind.add(run);
  catchUp();
}

addEventListener("scroll", () => behind.size && catchUp(), { passive: true });
