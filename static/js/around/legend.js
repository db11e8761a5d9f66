// Which line is which run, once for all rows of a chart: a click hides a run or shows it again, a double click, or one
// with Shift, shows it alone. The address keeps what is hidden.

import { fromAddress, toAddress } from "../parts/controls.js";
import { labelled } from "./swatch.js";

/** @import { Chart } from "../charts/chart.js" */

const HELP = "Click to hide or show. Double click, or Shift and click, to show it alone.";

/**
 * Put the legend above a chart of several runs; a single run needs none.
 * @param {Chart} chart
 */
export function showLegend(chart) {
  const { lines, node } = chart;
  if (lines.length < 2) return;
  const ids = lines.map(({ run }) => run);
  const named = new Set((fromAddress("hide", null) ?? "").split(",").map(Number));
  const hidden = ids.filter((id) => named.has(id));
  chart.settings.hidden = new Set(hidden.length < ids.length ? hidden : []);

  const group = document.createElement("div");
  group.className = "legend";
  group.role = "group";
  group.ariaLabel = "Runs in the chart";
  const buttons = lines.map((line) => {
    const button = document.createElement("button");
    button.type = "button";
    button.title = HELP;
    button.append(...labelled(line, chart.names.get(line.run) ?? ""));
    button.addEventListener("click", ({ shiftKey }) => (shiftKey ? isolate(line.run) : toggle(line.run)));
    button.addEventListener("dblclick", () => isolate(line.run));
    return button;
  });
  const mark = () => buttons.forEach((button, i) => {
    button.ariaPressed = String(!chart.settings.hidden.has(ids[i]));
  });
  mark();
  group.append(...buttons);
  node.before(group);

  /** @param {number[]} runsToHide all of them would leave nothing to look at: then all are shown */
  function hide(runsToHide) {
    const some = runsToHide.length < ids.length ? runsToHide : [];
    chart.set({ hidden: new Set(some) });
    mark();
    toAddress({ hide: some.length ? some.join(",") : null });
  }

  /** @param {number} run */
  function toggle(run) {
    hide(ids.filter((id) => chart.settings.hidden.has(id) !== (id === run)));
  }

  /** @param {number} run alone already: then all are shown again */
  function isolate(run) {
    const others = ids.filter((id) => id !== run);
    hide(others.every((id) => chart.settings.hidden.has(id)) ? [] : others);
  }
}
