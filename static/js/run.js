// The run page: live numbers, curves, pictures and the bars over latent dimensions.

import { embedded, fixed } from "./common.js";
import { themed } from "./chart.js";
import { watch } from "./watch.js";

function showLatest(columns) {
  const last = (name) => columns[name].at(-1);
  const values = { negative_elbo: last("elbo") === null ? null : -last("elbo"), reconstruction: last("reconstruction"), kl: last("kl") };
  for (const [name, value] of Object.entries(values)) {
    const node = document.querySelector(`[data-kpi=${name}]`);
    if (node && value !== null) node.textContent = fixed(value, 2);
  }
}

function drawBars() {
  for (const name of ["kl", "variance"]) {
    const node = document.getElementById(`${name}-chart`);
    const figure = embedded(`${name}-figure`);
    if (!node || !figure) continue;
    node.hidden = false;
    const { data, layout } = themed(figure);
    Plotly.react(node, data, layout, { displayModeBar: false, responsive: true, showSendToCloud: false });
  }
}

drawBars();
document.addEventListener("partschange", drawBars);
document.addEventListener("themechange", drawBars);
watch(document.title.split(" · ")[0], (_, columns) => showLatest(columns));
