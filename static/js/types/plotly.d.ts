// The part of plotly.js that the pages use.

import type { Field, Value, Vital } from "./page.d.ts";

/** What a trace draws: set by the server, read by the page's script. */
export type Meta = { slot?: number; fill?: number; run: number; runs: number[] } & (
  | { role: "sampled"; field: Vital }
  | { role: "line" | "area" | "raw" | "low" | "high" | "heldout"; field: Field }
  | { role: "training" | "held out" | "frontier" }
);

export interface Trace {
  type?: string;
  name?: string;
  x: (number | string)[];
  y: Value[];
  z: Value[][];
  yaxis?: string;
  line?: { color?: string };
  marker?: { color?: string };
  fill?: string;
  fillcolor?: string;
  meta: Meta;
}

export interface Axis {
  autorange?: boolean;
  nticks?: number;
  range?: number[];
  rangemode?: string;
  title?: { text: string };
  type?: string;
  uirevision?: string;
}

export type AxisName = `${"x" | "y"}axis${number | ""}`;

export type Layout = { [name in AxisName]: Axis } & {
  annotations: { text: string }[];
  font?: object;
  height?: number;
  margin: { l: number; r: number; t: number; b: number };
  shapes?: object[];
  uirevision?: string;
};

export interface Figure {
  data: Trace[];
  layout: Layout;
}

/** An element that plotly.js has drawn in. */
export interface Plot extends HTMLElement, Figure {
  calcdata: { s: number; p0: number; p1: number }[][];
  on(event: "plotly_relayout", listener: (change: Record<string, unknown>) => void): void;
  on(event: "plotly_doubleclick", listener: () => void): void;
}

declare global {
  const Plotly: {
    react(node: HTMLElement, data: Trace[], layout: Layout, config: object): Promise<void>;
    relayout(node: HTMLElement, changes: Record<string, unknown>): Promise<void>;
    downloadImage(node: HTMLElement, options: object): Promise<string>;
  };
}
