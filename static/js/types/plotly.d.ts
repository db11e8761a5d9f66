// The part of plotly.js that the pages use.

import type { Field, Value, Vital } from "./page.d.ts";

/** What a trace draws: set by the server, read by the page's script. */
export type Meta = { slot?: number; fill?: number; run: number; runs: number[]; letter?: string; strokes?: string; note?: string } & (
  | { role: "sampled"; field: Vital }
  | { role: "line" | "area" | "raw" | "low" | "high" | "heldout"; field: Field }
  | { role: "training" | "held out" | "frontier" }
);

export interface Trace {
  type?: string;
  showlegend?: boolean;
  name?: string;
  x: (number | string)[];
  y: Value[];
  z: Value[][];
  yaxis?: string;
  customdata?: (number | null)[];
  hovertext?: string[];
  mode?: string;
  opacity?: number;
  line?: { color?: string; dash?: string };
  marker?: { color?: string; size?: number | number[]; line?: object };
  fill?: string;
  fillcolor?: string;
  meta: Meta;
}

export interface Axis {
  autorange?: boolean;
  domain?: number[];
  nticks?: number;
  range?: number[];
  rangemode?: string;
  showticklabels?: boolean;
  title?: { text: string };
  type?: string;
  uirevision?: string;
}

export type AxisName = `${"x" | "y"}axis${number | ""}`;

export type Layout = { [name in AxisName]: Axis } & {
  annotations: { text: string }[];
  font?: object;
  height?: number;
  legend?: object;
  showlegend?: boolean;
  title?: object;
  dragmode?: string | false;
  hovermode?: string | false;
  margin: { l: number; r: number; t: number; b: number };
  shapes?: object[];
  uirevision?: string;
};

export interface Figure {
  data: Trace[];
  layout: Layout;
}

/** An axis as it was drawn: pixels, and between these and values. */
export interface DrawnAxis {
  _offset: number;
  _length: number;
  d2p(value: number): number;
  p2d(pixel: number): number;
}

export type DrawnLayout = { [name in AxisName]: DrawnAxis } & { _size: { l: number; t: number; h: number } };

/** An element that plotly.js has drawn in. */
export interface Plot extends HTMLElement, Figure {
  _fullLayout?: DrawnLayout;
  calcdata: { s: number; p0: number; p1: number }[][];
  on(event: "plotly_relayout", listener: (change: Record<string, unknown>) => void): void;
  on(event: "plotly_doubleclick", listener: () => void): void;
  on(event: "plotly_selected", listener: (box?: { points: { customdata?: number | null }[] }) => void): void;
  on(event: "plotly_deselect", listener: () => void): void;
  on(event: "plotly_click", listener: (click: { points: { customdata?: number | null }[] }) => void): void;
}

declare global {
  const Plotly: {
    react(node: HTMLElement, data: Trace[], layout: Layout, config: object): Promise<void>;
    relayout(node: HTMLElement, changes: Record<string, unknown>): Promise<void>;
    downloadImage(figure: Figure, options: object): Promise<string>;
  };
}
