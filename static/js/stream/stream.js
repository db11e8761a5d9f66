// The server's events after a cursor: over one SSE connection, or by polling where that does not come through.

import { delay } from "../parts/pacing.js";
import { backoff } from "./backoff.js";

/** @import { EventKind, Message, StreamState } from "../types/page.d.ts" */

/** @type {EventKind[]} */
const KINDS = ["run", "points", "vitals", "evaluation", "picture", "resync"];
const HELLO_MS = 5_000; // a stream that is silent until then is held back by something on the way
const QUIET_MS = 40_000; // the server pings every 15 s
const POLL_MS = 1_000;
const POLLING_AFTER = 3; // failures in a row

/** Reads from `cursor` on while it is open. */
export class Stream {
  #deliver;
  #say;
  /** @type {AbortController | null} */
  #opening = null; // aborted by `close`

  /**
   * @param {number} cursor
   * @param {(message: Message) => void} deliver
   * @param {(state: StreamState) => void} say
   */
  constructor(cursor, deliver, say) {
    this.cursor = cursor;
    this.#deliver = deliver;
    this.#say = say;
  }

  open() {
    this.close();
    this.#opening = new AbortController();
    this.#run(this.#opening.signal);
  }

  close() {
    this.#opening?.abort();
  }

  /** @param {AbortSignal} signal */
  async #run(signal) {
    let failures = 0;
    while (!signal.aborted) {
      const lived = await this.#listen(signal);
      failures = lived ? 1 : failures + 1;
      if (!signal.aborted) await this.#wait(failures, signal);
    }
  }

  /**
   * One connection, to its end; true if it ever came through. It is never left to reconnect by itself: too eagerly.
   * @param {AbortSignal} signal
   * @returns {Promise<boolean>}
   */
  #listen(signal) {
    return new Promise((resolve) => {
      const source = new EventSource(`/api/events?after=${this.cursor}`);
      let lived = false;
      /** @type {number | undefined} */
      let patience;
      const end = () => {
        clearTimeout(patience);
        signal.removeEventListener("abort", end);
        source.close();
        resolve(lived);
      };
      const expectMore = (/** @type {number} */ within) => {
        clearTimeout(patience);
        patience = setTimeout(end, within);
      };
      expectMore(HELLO_MS);
      source.addEventListener("hello", () => {
        lived = true;
        this.#say("live");
        expectMore(QUIET_MS);
      });
      source.addEventListener("ping", () => expectMore(QUIET_MS));
      for (const kind of KINDS) {
        source.addEventListener(kind, ({ lastEventId, data }) => {
          expectMore(QUIET_MS);
          this.#take({ id: Number(lastEventId), event: kind, data: JSON.parse(data) });
        });
      }
      source.addEventListener("bye", end);
      source.addEventListener("error", end);
      signal.addEventListener("abort", end);
    });
  }

  /**
   * Wait before the next try, longer each time; after some failures, poll meanwhile.
   * @param {number} failures
   * @param {AbortSignal} signal
   */
  async #wait(failures, signal) {
    const until = Date.now() + backoff(failures);
    let unreachable = false;
    if (failures < POLLING_AFTER) this.#say("gone");
    while (!signal.aborted && Date.now() < until) {
      if (failures >= POLLING_AFTER) {
        const state = await this.#poll(signal);
        if (signal.aborted) return;
        this.#say(state);
        if (state === "out") return this.close(); // to ask again would not help
        if (state === "polling" && unreachable) return; // the server is back, and so may be its stream
        unreachable = state === "gone";
      }
      await delay(Math.min(POLL_MS, until - Date.now()), signal);
    }
  }

  /**
   * Ask for what is there now, and so learn how the server is.
   * @param {AbortSignal} signal
   * @returns {Promise<"polling" | "gone" | "out">}
   */
  async #poll(signal) {
    try {
      while (true) {
        const headers = { accept: "application/json" };
        const answer = await fetch(`/api/events?after=${this.cursor}`, { headers, signal });
        if (answer.status === 401) return "out";
        if (!answer.ok) return "gone";
        const { events } = await answer.json();
        for (const message of events) this.#take(message);
        if (events.length === 0) return "polling";
      }
    } catch {
      return "gone";
    }
  }

  /** @param {Message} message */
  #take(message) {
    this.cursor = message.id;
    this.#deliver(message);
  }
}
