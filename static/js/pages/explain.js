// The page Explain: a slider that moves changes the address, and the server's figures, sentences and tables follow.

import { showFigure } from "../charts/bars.js";
import { swapParts, throttled, whileCounting } from "../parts/common.js";
import { toAddress } from "../parts/controls.js";

const PAUSE_MS = 160; // between two answers while a slider moves

const moved = new Set();
let asking = null;

/** The page as its address now says; an answer that a later question has overtaken is dropped. */
const follow = throttled(async () => {
  toAddress(Object.fromEntries([...moved].map(({ name, value }) => [name, value])));
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(location.href, { signal: asking.signal });
    if (answer.ok) swapParts(await answer.text());
  } catch {
    return; // overtaken, or the server is gone
  }
  whileCounting(follow);
}, PAUSE_MS);

for (const control of document.getElementById("controls").elements) {
  control.addEventListener("input", () => {
    moved.add(control);
    follow();
  });
}
for (const chart of document.querySelectorAll(".exhibit .chart")) showFigure(chart.id.replace("-chart", ""));
whileCounting(follow);
document.body.dataset.ready = "true";
