// The page's colours on a figure that the server built, and how every figure here is shown. A run's exported page
// carries this file, so it imports nothing.

/** @import { AxisName, Figure, Layout } from "../types/plotly.d.ts" */

const LETTER_PX = 6.3; // of a row's title, about,
export const LINE_PX = 15; // and the height of each line after the first

export const CONFIG = { displayModeBar: false, responsive: true, showSendToCloud: false, doubleClick: "reset" };

/**
 * A colour of the page, resolved for the theme in force.
 * @param {string} name
 * @returns {string}
 */
export function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const ruler = document.createElement("canvas").getContext("2d");

/**
 * How wide a text is on the page.
 * @param {string} text
 * @param {number} px of its letters
 * @returns {number}
 */
export function textWidth(text, px) {
  if (!ruler) return px * text.length;
  ruler.font = `${px}px system-ui, sans-serif`;
  return ruler.measureText(text).width;
}

/**
 * The axis in a layout that a trace's `yaxis` names: yaxis2 for y2.
 * @param {string} axis
 * @returns {AxisName}
 */
export const axisName = (axis) => /** @type {AxisName} */ (axis.replace("y", "yaxis"));

/**
 * The axes of a layout.
 * @param {Layout} layout
 * @returns {AxisName[]}
 */
export function axes(layout) {
  return /** @type {AxisName[]} */ (Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key)));
}

/**
 * The height of a row in pixels, and how far its upper edge is below that of the first.
 * @param {Layout} layout with its height
 * @param {AxisName} name
 * @returns {{ top: number, height: number }}
 */
export function rowBox({ height = 0, margin, ...layout }, name) {
  const [bottom, top] = layout[name].domain ?? [0, 1];
  const all = height - margin.t - margin.b;
  return { top: (1 - top) * all, height: (top - bottom) * all };
}

/**
 * What stands in an area that has nothing to draw.
 * @param {string} text
 * @param {number[]} [domain] from where to where it reaches upwards, of the whole
 * @returns {{ text: string } & Record<string, unknown>} an annotation
 */
export function instead(text, [bottom, top] = [0, 1]) {
  return { text, xref: "paper", yref: "paper", x: 0.5, y: (bottom + top) / 2, yanchor: "middle", showarrow: false };
}

/**
 * Put the rows' titles that are too long for a chart's width on two lines, broken after one of their marks.
 * @param {Layout} layout
 * @param {number} width
 */
export function fold({ margin, annotations }, width) {
  const room = Math.floor((width - margin.l - margin.r) / LETTER_PX);
  for (const title of annotations) title.text = folded(title.text, room);
  if (annotations[0]?.text.includes("<br>")) margin.t += LINE_PX;
}

/**
 * @param {string} text
 * @param {number} room in letters
 * @returns {string}
 */
function folded(text, room) {
  const ends = [...text.matchAll(/, |: | — /g)].map(({ index, 0: mark }) => index + mark.length);
  const end = ends.findLast((place) => place <= room);
  if (text.length <= room || end === undefined) return text;
  return `${text.slice(0, end).trimEnd()}<br>${text.slice(end)}`;
}

/**
 * A copy of the figure for the theme in force: a trace's `meta` says which slot it has, and how strong its fill is.
 * @param {Figure} figure
 * @returns {Figure}
 */
export function themed(figure) {
  const ink = css("--ink");
  const soft = css("--ink-soft");
  const grid = css("--grid");
  const surface = css("--surface");
  const layout = structuredClone(figure.layout);
  const hover = { bgcolor: surface, bordercolor: grid, font: { color: ink } };
  Object.assign(layout, { paper_bgcolor: surface, plot_bgcolor: surface, hoverlabel: hover });
  layout.font = { ...layout.font, color: soft };
  for (const name of axes(layout)) {
    Object.assign(layout[name], { gridcolor: grid, zerolinecolor: soft, linecolor: grid, spikecolor: soft });
  }
  const data = figure.data.map((trace) => {
    const { slot, fill = 0.2 } = trace.meta;
    const colour = slot ? css(`--slot-${slot}`) : soft;
    const own = structuredClone(trace);
    if (own.line) own.line.color = colour;
    if (own.marker) own.marker.color = colour;
    if (own.fill) own.fillcolor = colour.replace("rgb(", "rgba(").replace(")", `, ${fill})`);
    return own;
  });
  return { data, layout };
}
