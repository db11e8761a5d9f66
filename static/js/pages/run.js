// The run page: live numbers, curves, pictures and the figures over latent dimensions.

import { showFigure } from "../charts/bars.js";
import { negative } from "../charts/series.js";
import { element } from "../parts/embedded.js";
import { refreshParts, swapFrom, whileCounting } from "../parts/fragments.js";
import { closeLikeMenus } from "../parts/menus.js";
import { formatNumber } from "../parts/numbers.js";
import { showRunCharts } from "./run-charts.js";

/** @import { StreamedSteps } from "../types/page.d.ts" */

/** @param {StreamedSteps} steps */
function showLatest({ elbo, reconstruction, kl }) {
  const latest = { negative_elbo: negative(elbo.at(-1)), reconstruction: reconstruction.at(-1), kl: kl.at(-1) };
  for (const [name, value] of Object.entries(latest)) {
    const node = document.querySelector(`[data-kpi=${name}]`);
    if (node && typeof value === "number") node.textContent = formatNumber(value);
  }
}

/**
 * Save what people call and write about the run without leaving the page; where that is refused, the server says why.
 * @param {SubmitEvent} event
 */
async function save(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (!answer?.ok) return form.submit();
  await swapFrom(location.href);
  form.reset(); // to what the server has now
  const details = /** @type {HTMLDetailsElement} */ (element("edit"));
  details.open = false;
  details.querySelector("summary")?.focus();
}

element("edit-form").addEventListener("submit", save);
closeLikeMenus("details.more");
whileCounting(refreshParts); // for the reference lines
await showRunCharts(document.title.split(" · ")[0], showLatest); // the curves first
for (const name of ["kl", "kl-history", "variance"]) showFigure(name);
