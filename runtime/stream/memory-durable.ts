import type { Clock } from '../clock.ts';
import { type Faults, faulted } from '../memory-faults.ts';
import {
  type Durable,
  type DurableOptions,
  type DurablePosition,
  type LogMessage,
  LogUnavailableError,
  type PulledMessage,
} from './stream.ts';

/** The messages, with a contiguous sequence from `firstSeq`, and who waits for more. */
export interface MemoryMessages {
  firstSeq(): number;
  nextSeq(): number;
  at(seq: number): LogMessage;
  /** First sequence from `fromSeq` on that a filter takes, or null. */
  find(filters: readonly string[], fromSeq: number): number | null;
  count(filters: readonly string[], fromSeq: number): number;
  /** Calls `run` after each publish, until taken back. */
  onGrowth(run: () => void): () => void;
}

interface State {
  options: DurableOptions;
  nextSeq: number;
  lastDeliveredSeq: number;
  /** Delivered and not acknowledged, in order of sequence. */
  readonly pending: Map<number, { deliveries: number; againAtMs: number }>;
  /** Pulls that wait, to be woken when a message comes back early. */
  readonly waiting: Set<() => void>;
}

/** The durables of one in-memory log: positions outlive the processes that pull. */
export function createMemoryDurables(clock: Clock, messages: MemoryMessages) {
  const states = new Map<string, State>();

  function dropPurged(state: State): void {
    for (const seq of state.pending.keys()) if (seq < messages.firstSeq()) state.pending.delete(seq);
  }

  /** Sequences to deliver now: those that came back first, then new ones. */
  function due(state: State, maxMessages: number, maxBytes: number): number[] {
    dropPurged(state);
    const nowMs = clock.nowMs();
    const seqs: number[] = [];
    let bytes = 0;
    const fits = (seq: number) => {
      if (seqs.length >= maxMessages) return false;
      bytes += messages.at(seq).data.length;
      return seqs.length === 0 || bytes <= maxBytes;
    };
    const back = [...state.pending].filter(([, { againAtMs }]) => againAtMs <= nowMs).sort(([a], [b]) => a - b);
    for (const [seq] of back) {
      if (!fits(seq)) return seqs;
      seqs.push(seq);
    }
    while (state.pending.size + seqs.length - back.length < state.options.maxAckPending) {
      const seq = messages.find(state.options.subjects, state.nextSeq);
      if (seq === null || !fits(seq)) break;
      seqs.push(seq);
      state.nextSeq = seq + 1;
    }
    return seqs;
  }

  function deliver(state: State, seq: number, faults?: Faults): PulledMessage {
    const deliveries = (state.pending.get(seq)?.deliveries ?? 0) + 1;
    state.pending.set(seq, { deliveries, againAtMs: clock.nowMs() + state.options.ackWaitMs });
    state.lastDeliveredSeq = Math.max(state.lastDeliveredSeq, seq);
    // Nobody is told when an answer is lost: the message then comes again.
    const answer = (call: string, act: () => void) =>
      void faulted(faults, call, act, () => new LogUnavailableError(call)).catch(() => undefined);
    const comeAgain = (delayMs: number) => {
      const one = state.pending.get(seq);
      if (one) one.againAtMs = clock.nowMs() + delayMs;
      for (const wake of [...state.waiting]) wake();
    };
    return {
      ...messages.at(seq),
      deliveries,
      ack: () => answer('ack', () => void state.pending.delete(seq)),
      nak: (delayMs) => answer('nak', () => comeAgain(delayMs)),
      working: () => answer('working', () => comeAgain(state.options.ackWaitMs)),
    };
  }

  /** Resolves when a message may be due, at the latest at `untilMs`. */
  function mayBeDue(state: State, untilMs: number, closing: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let nextMs = untilMs;
      for (const { againAtMs } of state.pending.values()) nextMs = Math.min(nextMs, againAtMs);
      const finish = () => {
        timer.cancel();
        forget();
        state.waiting.delete(finish);
        closing.removeEventListener('abort', finish);
        resolve();
      };
      const timer = clock.setTimer(finish, nextMs - clock.nowMs());
      const forget = messages.onGrowth(finish);
      state.waiting.add(finish);
      closing.addEventListener('abort', finish, { once: true });
    });
  }

  return {
    open(name: string, options: DurableOptions, faults?: Faults): Durable {
      const fresh = { options, nextSeq: 1, lastDeliveredSeq: 0, pending: new Map(), waiting: new Set<() => void>() };
      const state: State = states.get(name) ?? fresh;
      state.options = options;
      states.set(name, state);
      const closing = new AbortController();
      let pulling = false;

      async function pull(maxMessages: number, maxBytes: number, maxWaitMs: number): Promise<PulledMessage[]> {
        const untilMs = clock.nowMs() + maxWaitMs;
        for (;;) {
          if (closing.signal.aborted) throw new LogUnavailableError(`durable ${name} is closed`);
          const seqs = due(state, maxMessages, maxBytes);
          if (seqs.length > 0) return seqs.map((seq) => deliver(state, seq, faults));
          if (clock.nowMs() >= untilMs) return [];
          await mayBeDue(state, untilMs, closing.signal);
        }
      }

      return {
        async pull({ maxMessages, maxBytes, maxWaitMs }) {
          if (pulling) throw new Error(`two pulls at once on durable ${name}`);
          pulling = true;
          try {
            const act = () => pull(maxMessages, maxBytes, maxWaitMs);
            return await faulted(faults, 'pull', act, () => new LogUnavailableError('pull: no answer'));
          } finally {
            pulling = false;
          }
        },
        async close() {
          closing.abort();
        },
      };
    },

    names: () => [...states.keys()],

    position(name: string): DurablePosition | null {
      const state = states.get(name);
      if (!state) return null;
      dropPurged(state);
      const oldest = Math.min(...state.pending.keys());
      return {
        ackFloorSeq: state.pending.size === 0 ? state.lastDeliveredSeq : oldest - 1,
        pendingMessages: messages.count(state.options.subjects, state.nextSeq),
        unackedMessages: state.pending.size,
      };
    },
  };
}
