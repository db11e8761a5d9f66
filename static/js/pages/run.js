// The run page: live numbers, curves, pictures and the figures over latent dimensions.

import { showFigure } from "../charts/bars.js";
import { fixed, refreshParts, whileCounting } from "../parts/common.js";
import { watch } from "./run-charts.js";

function showLatest(columns) {
  const last = (name) => columns[name].at(-1);
  const values = { negative_elbo: last("elbo") === null ? null : -last("elbo"), reconstruction: last("reconstruction"), kl: last("kl") };
  for (const [name, value] of Object.entries(values)) {
    const node = document.querySelector(`[data-kpi=${name}]`);
    if (node && value !== null) node.textContent = fixed(value, 2);
  }
}

document.addEventListener("partschange", () => whileCounting(refreshParts)); // which reference lines wait for
whileCounting(refreshParts);
await watch(document.title.split(" · ")[0], (_, columns) => showLatest(columns)); // the curves first
for (const name of ["kl", "kl-history", "variance"]) showFigure(name);
