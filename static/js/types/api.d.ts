// What the API answers. Made from its OpenAPI document: `python -m docs.api_types` writes this file.

/** The JSON that each operation answers with. */
export interface Answers {
  "GET /api/health": Health;
  "GET /api/config": Configuration;
  "POST /api/runs": Launched;
  "GET /api/runs": RunPage;
  "GET /api/runs/{run_id}": Run;
  "PATCH /api/runs/{run_id}": Run;
  "DELETE /api/runs/{run_id}": Run;
  "POST /api/runs/{run_id}/restore": Run;
  "GET /api/runs/{run_id}/steps": Steps | BucketedSteps;
  "GET /api/runs/{run_id}/vitals": VitalsColumns;
  "GET /api/runs/{run_id}/evaluations": Evaluations;
  "GET /api/runs/{run_id}/report": Report;
  "GET /api/runs/{run_id}/xray": Xray;
  "GET /api/runs/{run_id}/pictures": PictureSheets;
  "GET /api/views": Views;
  "POST /api/views": View;
  "PATCH /api/views/{view_id}": View;
  "DELETE /api/views/{view_id}": View;
  "GET /api/compare": Comparison;
  "GET /api/groups/{group_id}": GroupOutcome;
  "POST /api/groups/{group_id}/seeds": ChangedRuns;
  "POST /api/groups/{group_id}/{action}": ChangedRuns;
  "GET /api/runs/{run_id}/checkpoints": KeptCheckpoints;
  "GET /api/runs/{run_id}/export/{name}": { [key: string]: unknown };
  "GET /api/events": EventLog;
  "POST /api/preflight": Preflight;
  "GET /api/runs/{run_id}/diagnosis": Diagnosis;
  "POST /api/runs/{run_id}/extend": Run;
  "POST /api/runs/{run_id}/clone": Run;
  "POST /api/runs/{run_id}/fork": Run;
  "POST /api/runs/{run_id}/{action}": Run;
  "GET /api/sweeps": Sweeps;
  "POST /api/sweeps": Sweep;
  "GET /api/sweeps/{sweep_id}": SweepWithTrials;
  "POST /api/sweeps/{sweep_id}/extend": Sweep;
  "POST /api/sweeps/{sweep_id}/{action}": Sweep;
  "POST /api/translate": TranslationAnswer;
}

/** What would settle something, one click away. */
export type Action = {
  /** What the click does, in a few words. */
  label: string;
  /** The fields of the configuration that change; of several seeds, those of the first new run. */
  changes: { [key: string]: unknown };
  /** The filled form, the page with the button that does it, or the comparison that has an answer. */
  address: string;
};

/** Something that the run will suffer from. */
export type Advice = {
  /** What it is, in a sentence or two. */
  message: string;
  /** The field of the configuration that is to blame. */
  field: string;
  /** The fields of the configuration that would end it. */
  changes: { [key: string]: unknown };
};

/** The importance-weighted bound L_K ≤ log p(x) (Burda et al. 2016), of a VAE's held-out images. */
export type Bound = {
  /** L_K, nats per image. */
  log_px: number | null;
  /** Standard error of `log_px` over images. */
  se: number | null;
  /** K, codes drawn for each image. */
  samples: number;
  /** Images that the bound is a mean over. */
  images: number;
  /** Median over images of the effective sample size, as a fraction of K. */
  ess: number | null;
  /** Share of the images whose effective sample size is below 5 % of K. */
  unreliable: number | null;
  /** Of 8-bit or binary pixels, from the same samples; null where it is not defined. */
  bits_per_dim: number | null;
};

/** A window of more steps than were asked for, in equal buckets of steps. */
export type BucketedSteps = {
  /** Optimiser updates, counted from 1; of a bucket, its last one. */
  step: number[];
  /** Passes over the training split at `step`. */
  epoch?: number[];
  /** Training time at `step`. */
  seconds?: number[];
  /** The steps at which some term was NaN or infinite, the first thousand of them. */
  nonfinite: number[];
  /** How many such steps there are. */
  nonfinite_count: number;
  /** Moving averages, where they were asked for. */
  smoothed?: Smoothed | null;
  /** −E_q[log p(x|z)], nats per image. */
  reconstruction?: Spread;
  /** KL(q(z|x)‖p(z)), nats per image. */
  kl?: Spread;
  /** −(reconstruction + kl), nats per image. */
  elbo?: Spread;
  /** What was minimised, in the user's convention. */
  loss?: Spread;
  /** The weight of the KL in the loss. */
  beta?: Spread;
  /** Steps in a bucket, a power of two; bucket k holds the steps k·bucket + 1 to (k + 1)·bucket. */
  bucket: number;
  /** Whether the last bucket can still grow. */
  partial: boolean;
};

/** A configuration, and what it came to over its seeds. */
export type Cell = {
  /** The fields in which the configurations differ, the seed apart. */
  config: { [key: string]: unknown };
  /** What tells it from the others, or the name of its first run. */
  label: string;
  /** The numbers of its runs. */
  runs: number[];
  /** Its seeds that have finished; a seed that ran twice counts once, by its newest run. */
  n: number;
  /** Each yardstick over those seeds. */
  metrics: { [key: string]: SeedSpread };
};

/** The runs that a request changed or launched. */
export type ChangedRuns = {
  /** As they are now. */
  runs: Run[];
};

/** On how many images of a class each run alone is the best one. */
export type ClassShare = {
  /** Of the class, or "all". */
  name: string;
  /** Held-out images of the class. */
  images: number;
  /** The images on which each run alone has the least value. */
  won: number[];
};

/** Everything that the Compare page says in words and numbers; what has one entry a run is in the runs' order. */
export type Comparison = {
  /** The numbers of the runs. */
  runs: number[];
  /** The number of the run that the others are compared with. */
  base: number;
  /** What the sentences call each run: its name, or what tells it apart. */
  names: string[];
  /** Why a run has no result to compare, such as "diverged at step 12"; null for one that has. */
  status_notes: (string | null)[];
  /** Who is ahead, with which rate; null where fewer than two were scored image by image, or share no such number. */
  headline: string | null;
  /** Why the runs came out as they did, what explains most first. */
  reasons: Reason[];
  /** What would settle which is better, such as more seeds of each; of runs on different images, those of the same. */
  actions: Action[];
  /** Which quantities may be compared, and why. */
  verdicts: Verdict[];
  /** Why the reconstruction terms share an axis, or do not. */
  sentence: string;
  /** What differs between the runs although their numbers share a unit of measure. */
  cautions: string[];
  /** The quantities that the runs share. */
  yardsticks: Yardstick[];
  /** −ELBO under each reading of the likelihood X-ray; empty until all runs have been examined. */
  readings: Yardstick[];
  /** The reading as which each run was trained; null where there is none, as of a σ that was fixed. */
  own: (string | null)[];
  /** The runs image by image; null until all runs have been scored on the same images. */
  images: Images | null;
  /** Every field of the configuration over the runs. */
  differences: Difference[];
  /** Why the runs are not compared image by image; null where they are. */
  why_unpaired?: string | null;
  /** Why there is no X-ray of all runs; null where there is one. */
  why_no_readings?: string | null;
  /** Why pictures from the same codes of the prior are left out; null where they are shown. */
  why_no_prior?: string | null;
};

/** What a configuration can be. */
export type Configuration = {
  /** JSON Schema of TrainConfig, with the help, bounds, default and group of each field. */
  schema: { [key: string]: unknown };
  /** Named configurations. */
  presets: Preset[];
};

/** An image on which the runs differ. */
export type Contrast = {
  /** Its place among the held-out images, from 0. */
  image: number;
  /** Of its class. */
  name: string;
  /** What each run scores on it. */
  values: number[];
};

/** What was checked, up to which evaluation, and what is wrong. */
export type Diagnosis = {
  /** The run's number. */
  run: number;
  /** Of the last evaluation; null before the first one after a step, when only a run that diverged is checked. */
  step: number | null;
  /** The checks that the records of the run allow so far. */
  checked: string[];
  /** What is wrong, the most serious first. */
  findings: Finding[];
};

/** One configuration field over the runs. */
export type Difference = {
  /** Its name in TrainConfig. */
  field: string;
  /** Of each run, as people read it. */
  values: string[];
  /** Whether the values are not all equal. */
  differs: boolean;
};

/** A run was evaluated on the held-out split. */
export type EvaluationMessage = {
  /** The cursor of a reader that has all messages up to this one. */
  id: number;
  /** What happened. */
  event: "evaluation";
  /** That evaluation. */
  data: NewEvaluation;
};

/** A model on the whole held-out split, with one z sampled for each image. */
export type EvaluationRecord = {
  /** After which the model was evaluated. */
  step: number;
  /** Passes over the training split so far. */
  epoch: number;
  /** Training time so far. */
  seconds: number;
  /** −E_q[log p(x|z)], the full normalised likelihood, nats per image. */
  reconstruction: number | null;
  /** KL(q(z|x)‖p(z)), never weighted or floored, nats per image; null for a plain autoencoder. */
  kl: number | null;
  /** −(reconstruction + kl), nats per image; null for a plain autoencoder. */
  elbo: number | null;
  /** Standard error of the ELBO over images. */
  elbo_se: number | null;
  /** [Z] KL of each latent dimension, nats per image; null for a plain autoencoder. */
  kl_per_dim: (number | null)[] | null;
  /** Latent dimensions with Var_x(E[z_j|x]) > 0.01. */
  active_units: number | null;
  /** Squared error of the decoder's mean, of pixels from 0 to 1. */
  mse_per_pixel: number | null;
  /** Cross-entropy of the decoder's mean, nats per pixel. */
  bce_per_pixel: number | null;
  /** The error per pixel that the decoder expects: the root of the mean variance of p(x|z). */
  decoder_std: number | null;
  /** From the ELBO, of 8-bit or binary pixels; null where it is not defined. */
  bits_per_dim: number | null;
};

/** The evaluations of a run. */
export type Evaluations = {
  /** Oldest first. */
  evaluations: EvaluationRecord[];
};

/** What happened after an event id. */
export type EventLog = {
  /** Oldest first, at most as many as are read at once: go on after the last one's id. */
  events: (RunMessage | PointsMessage | VitalsMessage | EvaluationMessage | PictureMessage | ResyncMessage)[];
};

/** Values in their order, and the line that they crossed. */
export type Evidence = {
  /** What the values are, with their unit of measure. */
  title: string;
  /** At least one, in their order. */
  values: number[];
  /** The value that was crossed. */
  line: number;
  /** What the line is. */
  line_name: string;
};

/** Where a term began, is, was least and was greatest: each a step and the finite value there. */
export type Extremes = {
  /** The first finite value. */
  first: [number, number];
  /** The newest finite value. */
  last: [number, number];
  /** The least value. */
  min: [number, number];
  /** The greatest value. */
  max: [number, number];
};

/** How similar the decoder's mean is to the image, at one z sampled from q(z|x). */
export type Fidelity = {
  /** Peak signal to noise, dB. */
  psnr: number | null;
  /** Structural similarity, 1 for equal images. */
  ssim: number | null;
};

/** Something that is wrong with a run. */
export type Finding = {
  /** collapse, codes, scale, divergence or overfitting. */
  name: string;
  /** What is wrong, in a few words. */
  title: string;
  /** Why, and what to do, in sentences. */
  message: string;
  /** The numbers that show it. */
  evidence: Evidence;
  /** The fields of the configuration that a sibling run would change; empty where no change is known to help. */
  changes: { [key: string]: unknown };
  /** The address of the sibling run's form; null where there is nothing to change. */
  sibling: string | null;
  /** What may help in place of these changes. */
  others?: Remedy[];
};

/** How far a run is from another: its mean less the other's; only the difference where images are not paired. The interval difference ± half_width holds the mean over all such images with 95 %. It covers the choice of images, not the choice of the seed. */
export type Gap = {
  /** The run's mean less the other's. */
  difference: number;
  /** Of the 95 % interval around the difference. */
  half_width?: number | null;
  /** Images that both runs have scored. */
  images?: number | null;
  /** The difference over the other's mean; null where the quantity has no zero. */
  share?: number | null;
};

/** What runs that were launched together came to. */
export type GroupOutcome = {
  /** The mark that they share. */
  id: string;
  /** Their numbers; deleted ones are left out. */
  runs: number[];
  /** The configurations, each with what it came to over its seeds. */
  cells: Cell[];
  /** How far configurations are apart, of up to eight. */
  contrasts: SeedContrast[];
  /** Who is ahead, over seeds, and how sure that is. */
  sentences: string[];
};

/** That the server is up. */
export type Health = {
  /** Always ok: a server that is not up does not answer. */
  status: "ok";
  /** Of ELBOard. */
  version: string;
};

/** The runs image by image, by one quantity of which less is better. */
export type Images = {
  /** The quantity, a name of a yardstick or a reading. */
  by: string;
  /** The quantities that the runs can be compared by. */
  choices: string[];
  /** Who is best on how many images of each class, and in the last row of all. */
  classes: ClassShare[];
  /** The images on which the runs differ most, the widest range first. */
  contrasts: Contrast[];
};

/** What a run's loss amounts to: β at the declared decoder, and the scale at which a β = 1 loss is equal to it. `sigma` is a Gaussian's σ or a Laplace's b, None where no other scale makes up for β: other decoders, and every scale that is learned. `beta` is None where no weight of the whole KL describes the loss: a plain autoencoder, a weight on the total correlation alone (beta_tcvae), a penalty in addition to the KL (mmd). */
export type Implied = {
  /** The weight of the KL at the declared decoder. */
  beta: number | null;
  /** The decoder's scale at which a loss with β = 1 is equal, in pixel units from 0 to 1. */
  sigma: number | null;
};

/** All numbers from `low` to `high`. */
export type Interval = {
  /** The least. */
  low: number;
  /** The greatest. */
  high: number;
  /** Whether equal ratios are equally likely, instead of equal differences. */
  log?: boolean;
};

/** A checkpoint of a run that is kept. */
export type KeptCheckpoint = {
  /** After which it was saved. */
  step: number;
  /** The held-out ELBO, or a plain autoencoder's −reconstruction, nats per image; null where it was not evaluated. */
  score: number | null;
  /** Whether no kept checkpoint has a higher score. */
  best: boolean;
  /** Where the model's weights are. */
  url: string;
};

/** The checkpoints of a run that are kept: the newest two and the best. */
export type KeptCheckpoints = {
  /** Oldest first. */
  checkpoints: KeptCheckpoint[];
};

/** Statistics of the posteriors' means and variances. */
export type Latents = {
  /** [Z] Var_x(E[z_j|x]), whose histogram shows active and dead dimensions apart. */
  mean_variance: (number | null)[];
  /** [Z] E_x Var(z_j|x): near 1 in a dead dimension. */
  posterior_variance: (number | null)[];
  /** Of 15 nearest neighbours by the means, train to held out; null without labels. */
  accuracy: number | null;
};

/** The runs that a request launched. */
export type Launched = {
  /** The mark that they share; `GET /api/groups/{id}` compares them. */
  group: string;
  /** In the order in which they are queued. */
  runs: Run[];
};

/** The run with the least mean, the next one, and how far the first is from it. */
export type Lead = {
  /** Its place among the runs. */
  first: number;
  /** The place of the next one. */
  second: number;
  /** How far the first is from the second. */
  gap: Gap;
  /** Whether it is ahead of each other run by more than the choice of images explains. */
  clear: boolean;
  /** Of each run over the images that all that were scored share; null for one that was not. */
  means: (number | null)[];
};

/** A run with what a list shows of its steps. */
export type ListedRun = {
  /** Counted from 1; never used again. */
  id: number;
  /** What people call the run; two may share a name. */
  name: string;
  /** Where the run is between its launch and its end. */
  status: "queued" | "running" | "paused" | "finished" | "stopped" | "failed" | "diverged" | "interrupted";
  /** The TrainConfig, as `/api/config` describes it. */
  config: { [key: string]: unknown };
  /** The same for runs that differ in the seed alone. */
  configuration: string;
  /** The preset that the configuration began from. */
  preset: string | null;
  /** The same for all runs that were launched together. */
  group: string | null;
  /** What people file the run under. */
  tags: string[];
  /** What people write about the run, in Markdown. */
  notes: string;
  /** Optimiser updates done, counted from 1. */
  step: number;
  /** Optimiser updates that the configuration asks for. */
  total_steps: number;
  /** Passes over the training split at `step`. */
  epoch: number;
  /** Training time at `step`. */
  seconds: number;
  /** What a running run does before its first step, such as a download. */
  activity: string | null;
  /** The terms of the newest step: reconstruction, kl, elbo, loss, beta; empty before the first step. */
  latest: { [key: string]: number | null };
  /** Why the run ended, where it did not end by itself. */
  error: string | null;
  /** What people should know of a run that goes on, such as a damaged checkpoint. */
  notice: string | null;
  /** What people last asked of the run's process. */
  requested: "run" | "pause" | "stop" | "kill";
  /** How many processes have worked on the run. */
  attempt: number;
  /** The run whose weights this one began with. */
  parent_id: number | null;
  /** The step of the checkpoint that those weights are from; null for the newest one. */
  parent_step: number | null;
  /** When the run was launched. */
  created_at: string;
  /** When its first process began. */
  started_at: string | null;
  /** When it ended; null for a run that is queued, running or paused. */
  finished_at: string | null;
  /** When it was deleted; null for a run that was not. */
  deleted_at: string | null;
  /** The newest evaluation on the held-out split. */
  evaluation: EvaluationRecord | null;
  /** What the loss amounts to under its reductions and weights. */
  implied: Implied;
  /** Of each term of the training steps: reconstruction, kl, elbo, loss, beta. Empty before the first step. */
  terms: { [key: string]: Extremes };
  /** −ELBO, or a plain autoencoder's reconstruction, as the means of at most 64 equal parts of the steps. */
  spark: (number | null)[];
};

/** The evaluation that was added to a run. */
export type NewEvaluation = {
  /** After which the model was evaluated. */
  step: number;
  /** Passes over the training split so far. */
  epoch: number;
  /** Training time so far. */
  seconds: number;
  /** −E_q[log p(x|z)], the full normalised likelihood, nats per image. */
  reconstruction: number | null;
  /** KL(q(z|x)‖p(z)), never weighted or floored, nats per image; null for a plain autoencoder. */
  kl: number | null;
  /** −(reconstruction + kl), nats per image; null for a plain autoencoder. */
  elbo: number | null;
  /** Standard error of the ELBO over images. */
  elbo_se: number | null;
  /** [Z] KL of each latent dimension, nats per image; null for a plain autoencoder. */
  kl_per_dim: (number | null)[] | null;
  /** Latent dimensions with Var_x(E[z_j|x]) > 0.01. */
  active_units: number | null;
  /** Squared error of the decoder's mean, of pixels from 0 to 1. */
  mse_per_pixel: number | null;
  /** Cross-entropy of the decoder's mean, nats per pixel. */
  bce_per_pixel: number | null;
  /** The error per pixel that the decoder expects: the root of the mean variance of p(x|z). */
  decoder_std: number | null;
  /** From the ELBO, of 8-bit or binary pixels; null where it is not defined. */
  bits_per_dim: number | null;
  /** The run's number. */
  run: number;
};

/** That pictures were added to a run. */
export type NewPictures = {
  /** The run's number. */
  run: number;
  /** After which they were made. */
  step: number;
  /** Which kinds of picture there are at this step. */
  kinds: string[];
};

/** At most 2000 steps that were added to a run. */
export type NewSteps = {
  /** Optimiser updates, counted from 1; of a bucket, its last one. */
  step: number[];
  /** Passes over the training split at `step`. */
  epoch?: number[];
  /** Training time at `step`. */
  seconds?: number[];
  /** The steps at which some term was NaN or infinite, the first thousand of them. */
  nonfinite: number[];
  /** How many such steps there are. */
  nonfinite_count: number;
  /** Moving averages, where they were asked for. */
  smoothed?: Smoothed | null;
  /** −E_q[log p(x|z)], nats per image. */
  reconstruction?: (number | null)[];
  /** KL(q(z|x)‖p(z)), nats per image. */
  kl?: (number | null)[];
  /** −(reconstruction + kl), nats per image. */
  elbo?: (number | null)[];
  /** What was minimised, in the user's convention. */
  loss?: (number | null)[];
  /** The weight of the KL in the loss. */
  beta?: (number | null)[];
  /** The run's number. */
  run: number;
};

/** No more than the event itself. */
export type Nothing = Record<string, never>;

/** Pictures were added to a run. */
export type PictureMessage = {
  /** The cursor of a reader that has all messages up to this one. */
  id: number;
  /** What happened. */
  event: "picture";
  /** Which ones. */
  data: NewPictures;
};

/** Images of one kind at one step, side by side in one PNG. */
export type PictureSheet = {
  /** inputs, reconstructions, prior_means, prior_samples, held_out or held_out_means. */
  kind: string;
  /** After which the images were made. */
  step: number;
  /** SHA-256 of the PNG; equal sheets share it. */
  hash: string;
  /** Images in one row of the sheet. */
  columns: number;
  /** Rows of the sheet. */
  rows: number;
  /** Pixels of the PNG. */
  width: number;
  /** Pixels of the PNG. */
  height: number;
  /** Where the PNG is. */
  url: string;
};

/** The picture sheets of a run. */
export type PictureSheets = {
  /** Oldest first. */
  pictures: PictureSheet[];
};

/** Steps were added to a run. */
export type PointsMessage = {
  /** The cursor of a reader that has all messages up to this one. */
  id: number;
  /** What happened. */
  event: "points";
  /** Those steps. */
  data: NewSteps;
};

/** Nats per image on the held-out images; None where theory has no answer, or the images are not here yet. */
export type Preflight = {
  /** The scale of the decoder at which the loss is proportional to the −ELBO. */
  implied_sigma: number | null;
  /** The weight of the KL at the declared decoder. */
  implied_beta: number | null;
  /** Latent dimensions of the model. */
  latent_dim: number;
  /** Latent units that linear theory expects to live. */
  predicted_active_units: number | null;
  /** −ELBO of the best model that ignores its code. */
  collapse_line: number | null;
  /** −ELBO, of an autoencoder the reconstruction, that no model can pass. */
  floor_line: number | null;
  /** The least −ELBO of a linear Gaussian decoder. */
  linear_optimum: number | null;
  /** These lines, each with how it is computed. */
  references: Reference[];
  /** Optimiser updates of the whole run. */
  steps: number;
  /** Weights and biases of both networks and the likelihood. */
  parameters: number;
  /** Bytes, an estimate. */
  memory: number;
  /** Bytes that the run leaves behind, an estimate. */
  disk: number;
  /** Of training and evaluations, an estimate. */
  seconds: number;
  /** Seconds besides, of its start and its closing examination, an estimate. */
  overhead: number;
  /** What the estimate of the time rests on. */
  seconds_from: string;
  /** What the run will suffer from. */
  warnings: Advice[];
  /** Why the numbers that need the images are null, where they are. */
  missing: string | null;
};

/** Named configurations, one for each run that it launches. */
export type Preset = {
  /** As commands and requests call it. */
  name: string;
  /** As people call it. */
  title: string;
  /** What it is for, in a sentence. */
  description: string;
  /** Of each run, the fields that differ from the defaults. */
  changes: { [key: string]: unknown }[];
  /** The number that it reproduces. */
  published?: Published | null;
};

/** A number from the literature: held-out −ELBO in nats per example, its source and its protocol. */
export type Published = {
  /** Held-out −ELBO, nats per image. */
  negative_elbo: number;
  /** How far from it a reproduction may end. */
  tolerance: number;
  /** Where it was published. */
  source: string;
  /** How it was measured. */
  protocol: string;
};

/** One row of the likelihood X-ray: the same decoder, images and noise under one reading of its outputs. */
export type Reading = {
  /** own, soft_bernoulli, continuous_bernoulli_raw, continuous_bernoulli_mean or gaussian_fitted. */
  name: string;
  /** −E_q[log p(x|z)] under this reading, nats per image. */
  reconstruction: number | null;
  /** Standard error of the reconstruction over images. */
  se: number | null;
  /** With the model's own KL, nats per image; null for a plain autoencoder. */
  elbo: number | null;
  /** Standard error of the ELBO over images. */
  elbo_se: number | null;
  /** Of the 8-bit levels, the density integrated over each level's bin. */
  bits_per_dim: number | null;
  /** Standard error of the bits over images. */
  bits_per_dim_se: number | null;
  /** The fitted σ of gaussian_fitted. */
  scale?: number | null;
};

/** Why a run came out as it did. */
export type Reason = {
  /** The number of the run that it is about. */
  run: number;
  /** The reason with its numbers, in a sentence or two. */
  text: string;
  /** How much it explains, nats per image; null where that cannot be computed. */
  nats: number | null;
  /** What would show whether it is the reason. */
  actions: Action[];
};

/** A value to compare a run's curves with. */
export type Reference = {
  /** In a word or two. */
  name: string;
  /** Nats per image. */
  value: number;
  /** The curves that it belongs to. */
  fields: string[];
  /** How it is computed, in one sentence. */
  how: string;
};

/** Other changes that may help. */
export type Remedy = {
  /** The fields of the configuration that a sibling run would change. */
  changes: { [key: string]: unknown };
  /** The address of that run's form; null where there is nothing to change. */
  sibling: string | null;
};

/** All results of the final examination of a run; None where the model or the data have no such number. */
export type Report = {
  /** After which the model was examined. */
  step: number;
  /** On log p(x); null for a plain autoencoder. */
  bound: Bound | null;
  /** The parts of the KL; null for a plain autoencoder. */
  surgery: Surgery | null;
  /** The latent dimensions by the encoder's means. */
  latents: Latents;
  /** Of the reconstructions. */
  fidelity: Fidelity;
  /** The likelihood X-ray, a row for each reading. */
  xray: Reading[];
};

/** The reader is too far behind, or ahead because the database was replaced: read everything again. */
export type ResyncMessage = {
  /** The cursor of a reader that has all messages up to this one. */
  id: number;
  /** What happened. */
  event: "resync";
  /** Nothing more. */
  data: Nothing;
};

/** One training run. Times are ISO 8601 in UTC. */
export type Run = {
  /** Counted from 1; never used again. */
  id: number;
  /** What people call the run; two may share a name. */
  name: string;
  /** Where the run is between its launch and its end. */
  status: "queued" | "running" | "paused" | "finished" | "stopped" | "failed" | "diverged" | "interrupted";
  /** The TrainConfig, as `/api/config` describes it. */
  config: { [key: string]: unknown };
  /** The same for runs that differ in the seed alone. */
  configuration: string;
  /** The preset that the configuration began from. */
  preset: string | null;
  /** The same for all runs that were launched together. */
  group: string | null;
  /** What people file the run under. */
  tags: string[];
  /** What people write about the run, in Markdown. */
  notes: string;
  /** Optimiser updates done, counted from 1. */
  step: number;
  /** Optimiser updates that the configuration asks for. */
  total_steps: number;
  /** Passes over the training split at `step`. */
  epoch: number;
  /** Training time at `step`. */
  seconds: number;
  /** What a running run does before its first step, such as a download. */
  activity: string | null;
  /** The terms of the newest step: reconstruction, kl, elbo, loss, beta; empty before the first step. */
  latest: { [key: string]: number | null };
  /** Why the run ended, where it did not end by itself. */
  error: string | null;
  /** What people should know of a run that goes on, such as a damaged checkpoint. */
  notice: string | null;
  /** What people last asked of the run's process. */
  requested: "run" | "pause" | "stop" | "kill";
  /** How many processes have worked on the run. */
  attempt: number;
  /** The run whose weights this one began with. */
  parent_id: number | null;
  /** The step of the checkpoint that those weights are from; null for the newest one. */
  parent_step: number | null;
  /** When the run was launched. */
  created_at: string;
  /** When its first process began. */
  started_at: string | null;
  /** When it ended; null for a run that is queued, running or paused. */
  finished_at: string | null;
  /** When it was deleted; null for a run that was not. */
  deleted_at: string | null;
  /** The newest evaluation on the held-out split. */
  evaluation: EvaluationRecord | null;
  /** What the loss amounts to under its reductions and weights. */
  implied: Implied;
};

/** A run changed: as `/api/runs/{id}` shows it now. */
export type RunMessage = {
  /** The cursor of a reader that has all messages up to this one. */
  id: number;
  /** What happened. */
  event: "run";
  /** The run. */
  data: Run;
};

/** Some runs, and where the list goes on. */
export type RunPage = {
  /** In the order that was asked for. */
  runs: ListedRun[];
  /** Of each run the unit of measure that it is ranked in, where the number that sorts has several: those of one unit follow each other, the most runs first. Null for a run without the number. */
  units: (string | null)[];
  /** What `after` takes for the following page; null on the last one. */
  next: string | null;
  /** How many runs each value of status, likelihood, dataset and tag would leave, under all the other filters. */
  facets: { [key: string]: { [key: string]: number } };
  /** The runs that match, on this page or not. */
  total: number;
};

/** How far the mean over seeds of one configuration is from that of another. */
export type SeedContrast = {
  /** The place of the one among the configurations. */
  a: number;
  /** The place of the other. */
  b: number;
  /** The name of the yardstick. */
  metric: string;
  /** The mean of a less that of b. */
  difference: number;
  /** Lower end of Student's 95 % interval of the difference; null where a seed each is all there is. */
  low: number | null;
  /** Its upper end. */
  high: number | null;
  /** Of the t test that both have one mean; null where it cannot be computed. */
  p: number | null;
  /** The same after Holm (1979), for all pairs of configurations of this yardstick. */
  p_holm: number | null;
  /** Seeds that both have where it is paired; else the fewer of the two. */
  n: number;
  /** Whether it is the mean of differences of the same seeds. */
  paired: boolean;
  /** On how many of the n seeds the difference has the sign of its mean; null where it is not paired. */
  same_way: number | null;
  /** The smallest difference that so many seeds find in 4 of 5 cases, beside all other pairs (p = 0.05 after Holm). */
  detectable: number | null;
  /** Seeds each that would find this difference in 4 of 5 cases; null where no 200 would. */
  needed: number | null;
};

/** A number over the seeds of one configuration. */
export type SeedSpread = {
  /** Seeds. */
  n: number;
  /** Over the seeds. */
  mean: number;
  /** Standard deviation between seeds, with n − 1; null for one seed. */
  sd: number | null;
  /** Lower end of Student's 95 % interval of the mean; null for one seed. */
  low: number | null;
  /** Its upper end. */
  high: number | null;
};

/** Exponential moving averages over all steps, at each `step`; a term that was not asked for is left out. */
export type Smoothed = {
  /** Nats per image. */
  reconstruction?: (number | null)[];
  /** Nats per image. */
  kl?: (number | null)[];
  /** Nats per image. */
  elbo?: (number | null)[];
  /** In the user's convention. */
  loss?: (number | null)[];
};

/** The finite values in each bucket of steps. */
export type Spread = {
  /** The least value of each bucket. */
  min: (number | null)[];
  /** The mean of each bucket. */
  mean: (number | null)[];
  /** The greatest value of each bucket. */
  max: (number | null)[];
};

/** Every step of a window, as columns of equal length. */
export type Steps = {
  /** Optimiser updates, counted from 1; of a bucket, its last one. */
  step: number[];
  /** Passes over the training split at `step`. */
  epoch?: number[];
  /** Training time at `step`. */
  seconds?: number[];
  /** The steps at which some term was NaN or infinite, the first thousand of them. */
  nonfinite: number[];
  /** How many such steps there are. */
  nonfinite_count: number;
  /** Moving averages, where they were asked for. */
  smoothed?: Smoothed | null;
  /** −E_q[log p(x|z)], nats per image. */
  reconstruction?: (number | null)[];
  /** KL(q(z|x)‖p(z)), nats per image. */
  kl?: (number | null)[];
  /** −(reconstruction + kl), nats per image. */
  elbo?: (number | null)[];
  /** What was minimised, in the user's convention. */
  loss?: (number | null)[];
  /** The weight of the KL in the loss. */
  beta?: (number | null)[];
};

/** E_x KL(q(z|x)‖p(z)) = mutual_information + total_correlation + dimension_wise_kl (Chen et al. 2018). */
export type Surgery = {
  /** I_q(x; z), nats, at most log(images). */
  mutual_information: number | null;
  /** KL(q(z)‖Π_j q(z_j)), nats. */
  total_correlation: number | null;
  /** Σ_j KL(q(z_j)‖p(z_j)), nats. */
  dimension_wise_kl: number | null;
  /** Standard error of the mutual information. */
  se: number | null;
  /** Posteriors in the bank. */
  images: number;
  /** Whether the mutual information is within 1 nat of log(images), so that only "at least" is known. */
  capped: boolean;
};

/** Runs of one configuration with some fields varied, each a trial, proposed one after the other. */
export type Sweep = {
  /** The TrainConfig of every trial, but for the fields that are varied. */
  config: { [key: string]: unknown };
  /** For each field that is varied its values, or the interval that they are from. */
  space: { [key: string]: Interval | unknown[] };
  /** random, or tpe: drawn from where the trials so far were good (tree-structured Parzen estimators). */
  sampler: "random" | "tpe";
  /** One held-out quantity, or kl and a distortion. */
  minimise: string[];
  /** Decides all that is drawn. */
  seed: number;
  /** Which trials are paused early: none; those worse than the median; or all but the better half at 1/8, 1/4 and 1/2 of their steps (halving). */
  prune: "none" | "median" | "halving";
  /** Counted from 1. */
  id: number;
  /** What people call the sweep; its runs are "name #1", "name #2" and so on. */
  name: string;
  /** The group of its runs. */
  group: string;
  /** The preset that the configuration began from. */
  preset: string | null;
  /** Whether trials begin; finished when the last has ended. */
  status: "running" | "paused" | "stopped" | "finished";
  /** Why it stopped by itself. */
  error: string | null;
  /** How many trials it may make, in all; null for any number. */
  trials: number | null;
  /** Minutes of training, over all trials, after which none begins; null for any time. */
  minutes: number | null;
  /** When it was started; ISO 8601 in UTC. */
  created_at: string;
  /** How many trials there are in each state. */
  counts: { [key: string]: number };
};

/** A sweep and what came of it so far. */
export type SweepWithTrials = {
  /** The TrainConfig of every trial, but for the fields that are varied. */
  config: { [key: string]: unknown };
  /** For each field that is varied its values, or the interval that they are from. */
  space: { [key: string]: Interval | unknown[] };
  /** random, or tpe: drawn from where the trials so far were good (tree-structured Parzen estimators). */
  sampler: "random" | "tpe";
  /** One held-out quantity, or kl and a distortion. */
  minimise: string[];
  /** Decides all that is drawn. */
  seed: number;
  /** Which trials are paused early: none; those worse than the median; or all but the better half at 1/8, 1/4 and 1/2 of their steps (halving). */
  prune: "none" | "median" | "halving";
  /** Counted from 1. */
  id: number;
  /** What people call the sweep; its runs are "name #1", "name #2" and so on. */
  name: string;
  /** The group of its runs. */
  group: string;
  /** The preset that the configuration began from. */
  preset: string | null;
  /** Whether trials begin; finished when the last has ended. */
  status: "running" | "paused" | "stopped" | "finished";
  /** Why it stopped by itself. */
  error: string | null;
  /** How many trials it may make, in all; null for any number. */
  trials: number | null;
  /** Minutes of training, over all trials, after which none begins; null for any time. */
  minutes: number | null;
  /** When it was started; ISO 8601 in UTC. */
  created_at: string;
  /** How many trials there are in each state. */
  counts: { [key: string]: number };
  /** Every trial, in the order of their numbers. */
  results: Trial[];
  /** The numbers of the trials that ended and that no other beats: of two objectives, the frontier. */
  best: number[];
};

/** Every sweep. */
export type Sweeps = {
  /** Newest first. */
  sweeps: Sweep[];
};

/** What a loss trains at the sizes of a question: `factor` · (−log p(x|z) + β · KL), plus a constant. */
export type TranslationAnswer = {
  /** The decoder's distribution. */
  likelihood: string;
  /** The scale of the decoder at which β would be 1; null for a Bernoulli, and without a KL. */
  implied_sigma: number | null;
  /** The weight of the KL at the declared scale. */
  implied_beta: number;
  /** The scale that `implied_beta` is for; null for a Bernoulli. */
  declared_sigma: number | null;
  /** β · Z / D. */
  normalised_beta: number;
  /** Harmless to Adam; for SGD it multiplies the learning rate. */
  factor: number;
  /** Of the summed error and the summed KL, as batch means. */
  weights: Weights;
  /** The fields of TrainConfig that train the same σ and β; null where its bounds forbid it. */
  config: { [key: string]: unknown } | null;
  /** The shell command that trains the same. */
  command: string | null;
  /** The same loss in PyTorch, written explicitly. */
  snippet: string;
  /** Why linear theory predicts that latent units die, where it does. */
  collapse: string | null;
  /** Latent units that linear theory expects to live; null where the data set's spectrum is not known. */
  live_units: number | null;
  /** What the code leaves open, and how it was read. */
  assumed: string[];
  /** The answer for people. */
  sentences: string[];
};

/** One proposal of a sweep, and what came of its run. A result is noted once, and never changes. */
export type Trial = {
  /** Counted from 1. */
  number: number;
  /** The run's number; null once it was purged. */
  run: number | null;
  /** The value of each varied field; a field that does not count beside the others is left out. */
  params: { [key: string]: unknown };
  /** The trials that ran when this one was proposed; the results of all others before it were known. */
  pending: number[];
  /** pruned: paused early, or stopped after an evaluation; failed: it diverged, failed or was never evaluated. */
  state: "running" | "complete" | "pruned" | "failed";
  /** What is minimised, at `step`; null while it runs, and where it failed. */
  values: number[] | null;
  /** The step of the evaluation that `values` are from. */
  step: number | null;
};

/** Whether a quantity of several runs may be compared. */
export type Verdict = {
  /** Its name. */
  quantity: string;
  /** Whether the runs have it in one unit of measure, of the same images. */
  comparable: boolean;
  /** Why, in a sentence. */
  reason: string;
};

/** A list or a comparison that was saved. */
export type View = {
  /** Counted from 1. */
  id: number;
  /** What people call it. */
  name: string;
  /** What people say of it; may be empty. */
  note: string;
  /** The page with its filters, columns and order, from the slash on: /runs?sort=kl, /compare?runs=1,2. */
  address: string;
};

/** The saved views. */
export type Views = {
  /** Oldest first. */
  views: View[];
};

/** How training itself fared at sampled steps, as columns of equal length. */
export type VitalsColumns = {
  /** The run's number. */
  run: number;
  /** Optimiser updates, counted from 1. */
  step: number[];
  /** ℓ2 norm of the loss's gradient over all parameters, before any clipping. */
  grad_norm: (number | null)[];
  /** Of the optimiser. */
  learning_rate: number[];
  /** Bytes: what the tensors take on a GPU, the whole process on the CPU. */
  memory: number[];
};

/** Vitals were added to a run. */
export type VitalsMessage = {
  /** The cursor of a reader that has all messages up to this one. */
  id: number;
  /** What happened. */
  event: "vitals";
  /** Those vitals. */
  data: VitalsColumns;
};

/** The loss as reconstruction · (BCE, SSE or L1) + kl · KL, each term summed, without its constant. */
export type Weights = {
  /** b_R or a_R, the weight of the summed error. */
  reconstruction: number;
  /** a_K, the weight of the summed KL. */
  kl: number;
};

/** The likelihood X-ray of a run's model. */
export type Xray = {
  /** The run's number. */
  run: number;
  /** After which the model was examined. */
  step: number;
  /** A row for each reading. */
  xray: Reading[];
};

/** A quantity of every run, held out, or their −ELBO under one reading of the X-ray. */
export type Yardstick = {
  /** The name of the quantity or of the reading. */
  quantity: string;
  /** One for each run; null where it was not measured. */
  values: (number | null)[];
  /** Standard errors of the values over images. */
  errors: (number | null)[];
  /** How far each run is from the baseline; null for the baseline itself. */
  gaps: (Gap | null)[];
  /** The place of the run that is better than each other; of paired images, by more than their choice explains. */
  best: number | null;
  /** How far the run with the least mean is ahead, where the images were scored one by one. */
  lead: Lead | null;
};
