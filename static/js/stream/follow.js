// A page's part in the live stream: it joins while it is seen, hands messages on, and shows how the connection is.

import { Stream } from "./stream.js";

const BADGES = { live: ["live", "live"], polling: ["live", "live, polling"], gone: ["gone", "reconnecting…"] };

/** Follow the server's events after `cursor`; `handlers` maps an event's kind to a function of its data. */
export function follow(cursor, handlers) {
  let newest = cursor;
  const badge = new Badge(document.getElementById("stream-state"));
  const connection = new Connection(receive, (state) => badge.show(state));

  function receive({ id, kind, data }) {
    if (id <= newest && kind !== "resync") return;
    newest = id;
    handlers[kind]?.(data);
    document.body.dataset.lastEventId = id;
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
  #worker = null;
  #own = null;
  #joined = null; // the cursor, while the page is in

  constructor(receive, say) {
    this.#receive = receive;
    this.#say = say;
    if (!("SharedWorker" in window)) return;
    this.#worker = new SharedWorker("/static/js/stream/worker.js", { type: "module", name: "elboard" });
    this.#worker.port.onmessage = ({ data: { message, state } }) => (message ? receive(message) : say(state));
    this.#worker.onerror = () => {
      this.#worker = null;
      if (this.#joined !== null) this.join(this.#joined);
    };
  }

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

/** The word in the page's header. */
class Badge {
  #node;
  #state = null;
  #since = 0;

  constructor(node) {
    this.#node = node;
    setInterval(() => this.#state === "gone" && this.#write(), 1000);
  }

  show(state) {
    if (state === "gone" && this.#state !== "gone") this.#since = Date.now();
    this.#state = state;
    this.#write();
  }

  #write() {
    const [style, words] = BADGES[this.#state];
    const seconds = this.#state === "gone" ? Math.round((Date.now() - this.#since) / 1000) : 0;
    this.#node.hidden = false;
    this.#node.className = `stream ${style}`;
    this.#node.textContent = seconds ? `${words} ${seconds} s` : words;
  }
}
