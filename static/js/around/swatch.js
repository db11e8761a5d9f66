// The line that draws a run, small.

/** @import { Line } from "../charts/chart.js" */

const SVG = "http://www.w3.org/2000/svg";
const ENDS = { x1: "1", y1: "4", x2: "27", y2: "4" };

/**
 * The swatch of a run's line, as templates/shared/_run.html draws it.
 * @param {Line} line
 * @returns {SVGElement}
 */
export function swatch({ slot, strokes, note }) {
  const picture = document.createElementNS(SVG, "svg");
  const attributes = { class: `swatch slot-${slot}`, viewBox: "0 0 28 8", "aria-hidden": "true" };
  for (const [name, value] of Object.entries(attributes)) picture.setAttribute(name, value);
  if (note) picture.appendChild(document.createElementNS(SVG, "title")).textContent = note;
  const stroke = picture.appendChild(document.createElementNS(SVG, "line"));
  for (const [name, value] of Object.entries({ ...ENDS, "stroke-dasharray": strokes })) stroke.setAttribute(name, value);
  return picture;
}

/**
 * A run's swatch, its letter where it has one, and its name.
 * @param {Line} line
 * @param {string} name
 * @returns {(Element | string)[]}
 */
export function labelled(line, name) {
  const text = document.createElement("span");
  text.textContent = name;
  if (!line.letter) return [swatch(line), text];
  const letter = document.createElement("b");
  letter.textContent = line.letter;
  return [swatch(line), letter, text];
}
