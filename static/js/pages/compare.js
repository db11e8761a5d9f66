// The compare page: the runs' curves and pictures together.

import { element } from "../parts/embedded.js";
import { refreshParts, whileCounting } from "../parts/fragments.js";
import { closeLikeMenus } from "../parts/menus.js";
import { showRunCharts } from "./run-charts.js";

// A chart follows the window's size only, and this one is as high as the pictures beside it.
new ResizeObserver(() => dispatchEvent(new Event("resize"))).observe(element("chart"));
whileCounting(refreshParts); // for what theory says of the verdict
closeLikeMenus("details.menu");
showRunCharts("compare");
