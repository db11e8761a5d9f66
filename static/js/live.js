// One event stream a page: it resumes where it stopped, closes while the tab is hidden, and says when the server is gone.

const KINDS = ["run", "points", "evaluation", "picture", "resync"];
const LONGEST_WAIT = 15_000;

/** Follow the server's events after `cursor`; `handlers` maps an event's kind to a function of its data. */
export function follow(cursor, handlers) {
  const state = document.getElementById("stream-state");
  let source = null;
  let newest = cursor;
  let failures = 0;
  let retry = null;
  let heard = Date.now();

  function say(kind, text) {
    state.hidden = false;
    state.className = `stream ${kind}`;
    if (state.textContent !== text) state.textContent = text;
  }

  function sayGone() {
    const quiet = Math.round((Date.now() - heard) / 1000);
    say("gone", `server gone · last update ${quiet} s ago`);
  }

  function open() {
    clearTimeout(retry);
    source = new EventSource(`/api/events?after=${newest}`);
    source.onopen = () => {
      failures = 0;
      heard = Date.now();
      say("live", "live");
    };
    source.onerror = () => {
      sayGone();
      // After an HTTP error the browser gives up: try again ourselves, later each time.
      if (source.readyState === EventSource.CLOSED) {
        const wait = Math.min(LONGEST_WAIT, 500 * 2 ** failures++) * (0.75 + Math.random() / 2);
        retry = setTimeout(open, wait);
      }
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        heard = Date.now();
        newest = Number(event.lastEventId) || newest;
        handlers[kind]?.(JSON.parse(event.data));
        document.body.dataset.lastEventId = newest;
      });
    }
  }

  function close() {
    clearTimeout(retry);
    source?.close();
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open());
  setInterval(() => source.readyState !== EventSource.OPEN && sayGone(), 1000);
  if (!document.hidden) open();
}

/** What a page shows of a run's pace: its progress bar and the time that is left. */
export class Pace {
  #seen = new Map();

  show(run, step, seconds) {
    for (const node of document.querySelectorAll(`.progress[data-run="${run}"]`)) {
      const total = Number(node.dataset.total);
      node.querySelector("progress").value = step;
      const left = this.#timeLeft(run, step, seconds, total);
      node.querySelector(".progress-text").textContent =
        `step ${step.toLocaleString("en")} of ${total.toLocaleString("en")}` + (left === null ? "" : ` · about ${left} left`);
    }
  }

  /** Pace of the last updates, so that a slow start does not spoil the guess. */
  #timeLeft(run, step, seconds, total) {
    const before = this.#seen.get(run) ?? { step: 0, seconds: 0, pace: null };
    if (step <= before.step) return null;
    const pace = (seconds - before.seconds) / (step - before.step);
    const smooth = before.pace === null ? pace : 0.7 * before.pace + 0.3 * pace;
    this.#seen.set(run, { step, seconds, pace: smooth });
    return step < total * 0.02 ? null : words(smooth * (total - step));
  }
}

function words(seconds) {
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90) return `${Math.round(seconds / 5) * 5} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
