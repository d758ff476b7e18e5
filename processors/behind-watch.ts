import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Service } from '../runtime/service.ts';
import { LogUnavailableError, type MessageLog } from '../runtime/stream/stream.ts';

export interface BehindWatchDeps {
  readonly frames: MessageLog;
  /** The sink's durable. */
  readonly durable: string;
  readonly store: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly everyMs: number;
  /** Messages that have waited for longer than this are an alarm. */
  readonly maxBehindMs: number;
}

export interface BehindWatch extends Service {
  /** Messages that the store does not have. */
  readonly waitingMessages: number;
  /** How long the oldest of them has waited at least, ms; 0 when none does. */
  readonly behindMs: number;
}

/**
 * Looks how far a sink is behind the stream, whichever process runs it: a sink that is dead cannot say so itself. The
 * age of the oldest waiting message is known from where the stream ended at earlier looks. An alarm is one line in the
 * log when it begins and one when it is over.
 */
export function createBehindWatch(deps: BehindWatchDeps): BehindWatch {
  const { frames, durable, store, clock, logger, everyMs, maxBehindMs } = deps;
  const ending = new AbortController();
  /** Where the stream ended at earlier looks, oldest first, as far as the store has not come. */
  let ends: { atMs: number; lastSeq: number }[] = [];
  let waitingMessages = 0;
  let behindMs = 0;
  let isAlarmed = false;
  let running: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const position = await frames.durablePosition(durable);
    const { lastSeq, messages } = await frames.info();
    const nowMs = clock.monotonicMs();
    const doneSeq = position?.ackFloorSeq ?? 0;
    waitingMessages = position ? position.pendingMessages + position.unackedMessages : messages;
    ends = waitingMessages === 0 ? [] : [...ends.filter((end) => end.lastSeq > doneSeq), { atMs: nowMs, lastSeq }];
    // One look more than the alarm needs: memory does not grow with the time that a store is away.
    if (ends.length > 2 + maxBehindMs / everyMs) ends.splice(1, 1);
    behindMs = ends.length === 0 ? 0 : nowMs - ends[0].atMs;
    if (behindMs > maxBehindMs === isAlarmed) return;
    isAlarmed = !isAlarmed;
    const state = { store, waitingMessages, behindMs: Math.round(behindMs) };
    if (isAlarmed) logger.error(state, 'the store is behind the stream');
    else logger.info(state, 'the store has caught up with the stream');
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        await look();
      } catch (error) {
        if (!(error instanceof LogUnavailableError)) throw error;
        logger.debug({ err: error, store }, 'could not look how far the store is behind');
      }
      // Rejected by the signal only, which the loop looks at itself.
      await clock.sleep(everyMs, ending.signal).catch(() => undefined);
    }
  }

  async function end(): Promise<void> {
    ending.abort();
    await running;
  }

  return {
    name: `watch on ${store}`,
    get waitingMessages() {
      return waitingMessages;
    },
    get behindMs() {
      return behindMs;
    },
    run(signal) {
      signal?.addEventListener('abort', () => ending.abort(), { once: true });
      running = run();
      return running;
    },
    drain: end,
    stop: end,
  };
}

/** Shows the watches as gauges, asked at each scrape. */
export function gaugeBehind(metrics: Metrics, watches: ReadonlyMap<string, BehindWatch>): void {
  const read = (of: (watch: BehindWatch) => number) => () =>
    [...watches].map(([store, watch]) => ({ labels: { store }, value: of(watch) }));
  metrics.gauge({
    name: 'sink_waiting_messages',
    help: 'Messages of the frame stream that a store does not have yet.',
    labels: ['store'],
    read: read(({ waitingMessages }) => waitingMessages),
  });
  metrics.gauge({
    name: 'sink_behind_ms',
    help: 'How long the oldest message that a store does not have has waited, at least, ms.',
    labels: ['store'],
    read: read(({ behindMs }) => behindMs),
  });
}
