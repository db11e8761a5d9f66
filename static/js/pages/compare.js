// The compare page: the runs' curves and pictures together.

import { element } from "../parts/embedded.js";
import { showRunCharts } from "./run-charts.js";

// A chart follows the window's size only, and this one is as high as the pictures beside it.
new ResizeObserver(() => dispatchEvent(new Event("resize"))).observe(element("chart"));
showRunCharts("compare");
