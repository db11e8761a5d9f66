// What the server puts into pages and sends in its stream, for the scripts that read it.

import type { Figure } from "./plotly.d.ts";

/** A number; null where it was not finite, or where there is none. */
export type Value = number | null;

export type Term = "reconstruction" | "kl" | "elbo" | "loss" | "beta";
export type Clock = "step" | "epoch" | "seconds";
export type Vital = "grad_norm" | "learning_rate" | "memory";

/** A curve that a chart draws: a term, one made from it, or one made from the clocks. */
export type Field = Term | "negative_elbo" | "rate";

export interface Band {
  min: Value[];
  mean: Value[];
  max: Value[];
}

/** The steps of a run as columns: raw, or in buckets of `bucket` steps. */
export type StepColumns = Record<Clock, number[]> &
  Partial<Record<Term, Value[] | Band>> & {
    nonfinite: number[];
    nonfinite_count?: number;
    bucket?: number;
    smoothed?: Partial<Record<Term, Value[]>>;
  };

/** Steps as the stream sends them, always raw. */
export type StreamedSteps = { run: number; nonfinite: number[] } & Record<Clock, number[]> & Record<Term, Value[]>;

export type VitalColumns = { step: number[] } & Record<Vital, Value[]>;

/** One evaluation on the held-out images: its clocks and its numbers. */
export type Evaluation = Record<Clock, number> & { [quantity: string]: Value | undefined };

export type PictureKind = "reconstructions" | "prior_means" | "prior_samples";

/** A sheet of pictures. */
export interface Sheet {
  kind: PictureKind | "inputs";
  step: number;
  url: string;
  width: number;
  height: number;
}

/** What each kind of event carries. */
export interface Events {
  run: { id: number; name: string; status: string };
  points: StreamedSteps;
  vitals: VitalColumns & { run: number };
  evaluation: Evaluation & { run: number };
  picture: { run: number; step: number; kinds: string[] };
  resync: Record<string, never>;
}

export type EventKind = keyof Events;

export type Message<Kind extends EventKind = EventKind> = {
  [Each in Kind]: { id: number; kind: Each; data: Events[Each] };
}[Kind];

export type Handlers = { [Kind in EventKind]?: (data: Events[Kind]) => void };

/** How the connection is. */
export type StreamState = "live" | "polling" | "gone";

/** One run of a page that shows curves and pictures. */
export interface PageRun {
  id: number;
  name: string;
  evaluations: Evaluation[];
  pictures: Sheet[];
}

/** A line to see a row's curve against. */
export interface Reference {
  axis: string;
  value: number;
  row: string;
  shape: object;
  annotation: { text: string };
}

/** The JSON that pages embed, by the id of its element; those called `<name>-figure` hold a figure or null. */
export interface Embedded {
  "page-data": { cursor: number; runs: PageRun[]; columns: string[] };
  figures: Record<string, Figure>;
  references: Reference[];
  planes: Figure[];
  [figure: `${string}-figure`]: Figure | null;
}
