// The server's events after a cursor: over one SSE connection, or by polling where that does not come through.

const KINDS = ["run", "points", "vitals", "evaluation", "picture", "resync"];
const HELLO_MS = 5_000; // a stream that has said nothing by then is held back by something on the way
const QUIET_MS = 40_000; // the server pings every 15 s
const POLL_MS = 1_000;
const POLLING_AFTER = 3; // tries in vain, one after the other
const LONGEST_WAIT_MS = 30_000;

/** Reads from `cursor` on while it is open. `deliver` gets {id, kind, data}; `say` gets live, polling or gone. */
export class Stream {
  #deliver;
  #say;
  #opening = null; // aborted by `close`

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

  async #run(signal) {
    let failures = 0;
    while (!signal.aborted) {
      const lived = await this.#listen(signal);
      failures = lived ? 1 : failures + 1;
      if (!signal.aborted) await this.#wait(failures, signal);
    }
  }

  /** One connection, to its end; true if it ever came through. It is never left to reconnect by itself: too eagerly. */
  #listen(signal) {
    return new Promise((done) => {
      const source = new EventSource(`/api/events?after=${this.cursor}`);
      let lived = false;
      let patience = null;
      const end = () => {
        clearTimeout(patience);
        source.close();
        done(lived);
      };
      const expectMore = (within) => {
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
        source.addEventListener(kind, (event) => {
          expectMore(QUIET_MS);
          this.#take(Number(event.lastEventId), kind, JSON.parse(event.data));
        });
      }
      source.addEventListener("bye", end);
      source.onerror = end;
      signal.addEventListener("abort", end);
    });
  }

  /** Wait before the next try, longer each time; after some in vain, poll meanwhile. */
  async #wait(failures, signal) {
    const until = Date.now() + Math.min(LONGEST_WAIT_MS, 500 * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
    let unreachable = false;
    if (failures < POLLING_AFTER) this.#say("gone");
    while (!signal.aborted && Date.now() < until) {
      if (failures >= POLLING_AFTER) {
        const reached = await this.#poll(signal);
        if (signal.aborted) return;
        this.#say(reached ? "polling" : "gone");
        if (reached && unreachable) return; // the server is back, and so may be its stream
        unreachable = !reached;
      }
      await pause(Math.min(POLL_MS, until - Date.now()), signal);
    }
  }

  /** Ask for what is there now; true if the server answered. */
  async #poll(signal) {
    try {
      while (true) {
        const answer = await fetch(`/api/events?after=${this.cursor}`, { headers: { accept: "application/json" }, signal });
        if (!answer.ok) return false;
        const { events } = await answer.json();
        for (const { id, event, data } of events) this.#take(id, event, data);
        if (events.length === 0) return true;
      }
    } catch {
      return false;
    }
  }

  #take(id, kind, data) {
    this.cursor = id;
    this.#deliver({ id, kind, data });
  }
}

function pause(ms, signal) {
  return new Promise((done) => {
    setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
