import { createLatencyHistogram, type LatencyHistogram } from '../../runtime/latency.ts';
import { trueClock } from '../device-clock.ts';
import type { Letter } from '../script.ts';

/**
 * How long a frame takes from its device to somebody who watches the live board.
 *
 * The live board says to ten seconds when an athlete was heard of last, rounded: the moment in which it first says S is
 * that of the first frame with a sample at S − 5 s or later, and that one's way is measured. Only devices whose clocks
 * are right count, for of others a sample's time is known less well than that.
 */
export interface BoardLatency {
  readonly histogram: LatencyHistogram;
  /** A frame leaves now. */
  sent(letter: Letter): void;
  stop(): void;
}

export interface BoardLatencyDeps {
  /** `http://host:port` of the API. */
  readonly apiUrl: string;
  readonly race: string;
  /** Whose device is whose, by the name of the device. */
  readonly bibs: ReadonlyMap<string, string>;
  readonly nowMs: () => number;
}

const SEEN_STEP_MS = 10_000;
/** More than a live view shows. */
const WATCHED_ROWS = 200;
const MAX_WAITING_FRAMES = 200;
const RECONNECT_MS = 1_000;

interface SentFrame {
  readonly lastMs: number;
  readonly sentMs: number;
}

export function watchBoardLatency({ apiUrl, race, bibs, nowMs }: BoardLatencyDeps): BoardLatency {
  const histogram = createLatencyHistogram();
  const waiting = new Map<string, SentFrame[]>();
  const shown = new Map<string, number>();
  let socket: WebSocket | null = null;
  let isStopped = false;
  let reconnect: NodeJS.Timeout | undefined;

  function open(): void {
    const own = new WebSocket(`${apiUrl.replace(/^http/, 'ws')}/v1/live/races/${race}`);
    own.binaryType = 'arraybuffer';
    own.onopen = () => own.send(Buffer.from(JSON.stringify({ top: WATCHED_ROWS })));
    own.onmessage = ({ data }) => hear(JSON.parse(Buffer.from(data as ArrayBuffer).toString()) as LiveMessage);
    own.onclose = () => {
      if (!isStopped) reconnect = setTimeout(open, RECONNECT_MS);
    };
    socket = own;
  }

  function hear({ type, rows = [] }: LiveMessage): void {
    for (const { bib, seenMs } of rows) {
      if (typeof seenMs !== 'number') continue;
      const before = shown.get(bib);
      shown.set(bib, seenMs);
      // What a snapshot says, or a delta for somebody who was out of sight, may have been known for a while. A step
      // may be of more than ten seconds: a race in fast motion has several between two deltas.
      if (type === 'delta' && before !== undefined && seenMs > before) measure(bib, seenMs - SEEN_STEP_MS / 2);
    }
  }

  function measure(bib: string, fromMs: number): void {
    const frames = waiting.get(bib) ?? [];
    const first = frames.findIndex(({ lastMs }) => lastMs >= fromMs);
    if (first < 0) return;
    histogram.record(Math.max(0, nowMs() - frames[first].sentMs));
    frames.splice(0, first + 1);
  }

  open();
  return {
    histogram,
    sent({ frame, clock }) {
      const bib = bibs.get(frame.device);
      if (bib === undefined || frame.source !== 'gps' || clock !== trueClock) return;
      const frames = waiting.get(bib) ?? [];
      waiting.set(bib, frames);
      const lastMs = frame.timesMs[frame.timesMs.length - 1];
      // A frame that was lost leaves again, and all that came after it: only what arrives has a way to be measured.
      while (frames.length > 0 && frames[frames.length - 1].lastMs >= lastMs) frames.pop();
      frames.push({ lastMs, sentMs: nowMs() });
      if (frames.length > MAX_WAITING_FRAMES) frames.shift();
    },
    stop() {
      isStopped = true;
      clearTimeout(reconnect);
      socket?.close();
    },
  };
}

/** As far as it is of use here. */
interface LiveMessage {
  readonly type: string;
  readonly rows?: readonly { readonly bib: string; readonly seenMs?: number | null }[];
}
