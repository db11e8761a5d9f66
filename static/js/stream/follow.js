// A page's part in the live stream: it joins while it is visible, hands messages on, and shows how the connection is.

import { element } from "../parts/embedded.js";
import { Stream } from "./stream.js";

/** @import { EventKind, Handlers, Message, StreamState } from "../types/page.d.ts" */

/** @type {Record<StreamState, [style: string, text: string]>} */
const BADGES = {
  live: ["live", "live"],
  polling: ["live", "live, polling"],
  gone: ["gone", "reconnecting…"],
  out: ["gone", "signed out"],
};

/**
 * Follow the server's events after `cursor`; `handlers` maps an event's kind to a function of its data.
 * @param {number} cursor
 * @param {Handlers} handlers
 */
export function follow(cursor, handlers) {
  let newest = cursor;
  const badge = new Badge(element("stream-state"));
  const connection = new Connection(receive, (state) => badge.show(state));

  /**
   * @template {EventKind} Kind
   * @param {Message<Kind>} message
   */
  function receive({ id, event, data }) {
    if (id <= newest && event !== "resync") return;
    newest = id;
    handlers[event]?.(data);
    document.body.dataset.lastEventId = String(id);
  }

  const join = () => connection.join(newest);
  document.addEventListener("visibilitychange", () => (document.hidden ? connection.leave() : join()));
  addEventListener("pagehide", () => connection.leave());
  addEventListener("pageshow", (event) => event.persisted && join());
  if (!document.hidden) join();
}

/** The stream that all tabs share, or one of this page's own where shared workers are missing or fail. */
class Connection {
  #receive;
  #say;
  /** @type {SharedWorker | null} */
  #worker = null;
  /** @type {Stream | null} */
  #own = null;
  /** @type {number | null} */
  #joined = null; // the cursor, while the page has joined

  /**
   * @param {(message: Message) => void} receive
   * @param {(state: StreamState) => void} say
   */
  constructor(receive, say) {
    this.#receive = receive;
    this.#say = say;
    if (!("SharedWorker" in window)) return;
    this.#worker = new SharedWorker(new URL("./worker.js", import.meta.url), { type: "module", name: "elboard" });
    this.#worker.port.onmessage = ({ data: { message, state } }) => (message ? receive(message) : say(state));
    this.#worker.onerror = () => {
      this.#worker = null;
      if (this.#joined !== null) this.join(this.#joined);
    };
  }

  /** @param {number} cursor */
  join(cursor) {
    this.#joined = cursor;
    if (this.#worker) {
      this.#worker.port.postMessage({ join: cursor });
      return;
    }
    this.#own?.close();
    this.#own = new Stream(cursor, this.#receive, this.#say);
    this.#own.open();
  }

  leave() {
    this.#joined = null;
    if (this.#worker) this.#worker.port.postMessage({ leave: true });
    else this.#own?.close();
  }
}

/** The way back to this page. */
function signInLink() {
  const link = document.createElement("a");
  link.href = `/login?${new URLSearchParams({ next: location.pathname + location.search + location.hash })}`;
  link.textContent = "sign in again";
  return link;
}

/** How the connection is, in the page's header. */
class Badge {
  #node;
  /** @type {StreamState | null} */
  #state = null;
  #since = 0;

  /** @param {HTMLElement} node */
  constructor(node) {
    this.#node = node;
    setInterval(() => this.#state === "gone" && this.#write(this.#state), 1000);
  }

  /** @param {StreamState} state */
  show(state) {
    if (state === "gone" && this.#state !== "gone") this.#since = Date.now();
    this.#state = state;
    this.#write(state);
  }

  /** @param {StreamState} state */
  #write(state) {
    const [style, text] = BADGES[state];
    const seconds = state === "gone" ? Math.round((Date.now() - this.#since) / 1000) : 0;
    this.#node.hidden = false;
    this.#node.className = `stream ${style}`;
    this.#node.textContent = seconds ? `${text} ${seconds} s` : text;
    if (state === "out") this.#node.append(" — ", signInLink());
  }
}
