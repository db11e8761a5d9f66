// What the server puts into pages and sends in its stream, for the scripts that read it.

import type {
  BucketedSteps,
  EvaluationRecord,
  EventLog,
  NewSteps,
  PictureSheet,
  Spread,
  Steps,
  VitalsColumns,
} from "./api.d.ts";
import type { Figure } from "./plotly.d.ts";

/** A number; null where it was not finite, or where there is none. */
export type Value = number | null;

export type Term = "reconstruction" | "kl" | "elbo" | "loss" | "beta";
export type Clock = "step" | "epoch" | "seconds";
export type Vital = "grad_norm" | "learning_rate" | "memory";

/** A curve that a chart draws: a term, one made from it, or one made from the clocks. */
export type Field = Term | "negative_elbo" | "rate";

/** Of a term over the points of a chart. */
export type Band = Spread;

/** The steps of a run as columns: raw, or in buckets. */
export type StepColumns = Steps | BucketedSteps;

/** Steps as the stream sends them: always raw, with every column, never smoothed. */
export type StreamedSteps = Required<Omit<NewSteps, "smoothed">>;

export type VitalColumns = VitalsColumns;

/** One evaluation on the held-out images, without the KL of each latent dimension. */
export type Evaluation = Omit<EvaluationRecord, "kl_per_dim">;

/** What the gallery shows under its slider. */
export type PictureKind = "reconstructions" | "prior_means" | "prior_samples";

export type Sheet = PictureSheet;

type AnyMessage = EventLog["events"][number];

/** What each kind of event carries. */
export type Events = {
  [Each in AnyMessage as Each["event"]]: Each["event"] extends "points" ? StreamedSteps : Each["data"];
};

export type EventKind = keyof Events;

export type Message<Kind extends EventKind = EventKind> = {
  [Each in Kind]: { id: number; event: Each; data: Events[Each] };
}[Kind];

export type Handlers = { [Kind in EventKind]?: (data: Events[Kind]) => void };

/** How the connection is. */
export type StreamState = "live" | "polling" | "gone" | "out";

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
  annotation: { text: string; ax: number };
}

/** The JSON that pages embed, by the id of its element; those called `<name>-figure` hold a figure or null. */
export interface Embedded {
  "page-data": { cursor: number; runs: PageRun[]; columns: string[] };
  "group-data": { cursor: number; runs: number[] };
  "sweep-data": { cursor: number; group: string; runs: number[] };
  "sweeps-data": { cursor: number };
  figures: Record<string, Figure>;
  references: Reference[];
  planes: Figure[];
  [figure: `${string}-figure`]: Figure | null;
}
