// Where plotly.js has drawn a chart's axes.

/** @import { AxisName, Plot } from "../types/plotly.d.ts" */

/**
 * Offset and length in pixels, and the ways between a value and its distance from the offset.
 * @typedef {{ offset: number, length: number, pixel: (value: number) => number, value: (pixel: number) => number }} Place
 */

/**
 * An axis of a chart; undefined before it is drawn.
 * @param {Plot} node
 * @param {AxisName} name
 * @returns {Place | undefined}
 */
export function placeOf({ _fullLayout: layout }, name) {
  const axis = layout?.[name];
  if (!axis) return undefined;
  const { _offset: offset, _length: length } = axis;
  return { offset, length, pixel: (value) => axis.d2p(value), value: (pixel) => axis.p2d(pixel) };
}

/**
 * From where down to where all rows reach.
 * @param {Plot} node
 * @returns {{ top: number, height: number } | undefined}
 */
export function rowsOf({ _fullLayout: layout }) {
  if (!layout) return undefined;
  const { _size: size } = layout;
  return { top: size.t, height: size.h };
}
