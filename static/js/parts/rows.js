// The rows of the runs list that are in view follow their runs: the server draws them anew, a few times a second.

import { throttled } from "./common.js";

const PAUSE_MS = 500;

const behind = new Set(); // runs with steps that their rows do not show

const rowOf = (run) => document.querySelector(`#runs-table tr[data-run="${run}"]`);

function inView(row) {
  const { top, bottom } = row.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

const catchUp = throttled(async () => {
  const runs = [...behind].filter((run) => inView(rowOf(run)));
  if (runs.length === 0) return;
  for (const run of runs) behind.delete(run);
  const columns = new URLSearchParams(location.search).getAll("column").map((name) => ["column", name]);
  const answer = await fetch(`/runs/rows?${new URLSearchParams([...runs.map((run) => ["run", run]), ...columns])}`).catch(() => null);
  if (!answer?.ok) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  for (const row of fresh.content.querySelectorAll("tr")) show(row);
}, PAUSE_MS);

function show(fresh) {
  const cells = rowOf(fresh.dataset.run)?.querySelectorAll("[data-follow]") ?? [];
  const news = [...fresh.querySelectorAll("[data-follow]")];
  cells.forEach((cell, i) => cell.replaceChildren(...news[i].childNodes));
}

/** There are new steps or held-out numbers of this run, which may be on the page or not. */
export function update(run) {
  if (!rowOf(run)) return;
  behind.add(run);
  catchUp();
}

addEventListener("scroll", () => behind.size && catchUp(), { passive: true });
