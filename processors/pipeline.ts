import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { Service } from '../runtime/service.ts';
import {
  type Durable,
  LogFullError,
  LogUnavailableError,
  type MessageLog,
  type PulledMessage,
} from '../runtime/stream/stream.ts';
import type { Names } from '../schemas/names.ts';
import { readBatchMessage } from './batch-message.ts';
import type { DeadLetters } from './dead-letters.ts';
import { createGather, type GatherOptions, type Held } from './gather.ts';
import { type Sink, type SinkHealth, type SinkMessage, StoreUnavailableError, type WriteResult } from './sink.ts';
import { createStoreOrSplit } from './split.ts';

/** A batch is written once its oldest message waited as long as the gathering says, sooner when it is full. */
export interface PipelineOptions extends GatherOptions {
  /** Payloads held at once, gathered and being written; at the limit nothing is pulled. */
  readonly maxBufferedBytes: number;
  readonly maxWritesInFlight: number;
  readonly ackWaitMs: number;
  readonly maxAckPending: number;
  /** First and longest pause after the store was out of reach. */
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  readonly healthIntervalMs: number;
  /** More refusals than this with nothing stored between are not bad data but a bad store: the sink stops. */
  readonly maxRefusedInARow: number;
}

export interface PipelineDeps {
  readonly frames: MessageLog;
  readonly names: Names;
  readonly sink: Sink;
  readonly dead: DeadLetters;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options: PipelineOptions;
  readonly events?: PipelineEvents;
}

/** For metrics. */
export interface PipelineEvents {
  stored(messages: readonly SinkMessage[], result: WriteResult, nowMs: number): void;
  refused(message: SinkMessage): void;
  retried(messages: number): void;
}

export interface Pipeline extends Service {
  health(): SinkHealth;
  /** Payload bytes held now. */
  heldBytes(): number;
}

/** One request is under way at a time, so a process whose loop is busy gets no more than this in two of its turns. */
const MAX_PULL_MESSAGES = 4_096;
/**
 * NATS closes a connection that has 64 MiB waiting for it, and what was under way comes again only after `ackWaitMs`;
 * sinks and the holder of a process share one.
 */
const MAX_PULL_BYTES = 8 * 1024 * 1024;
const IDLE_PULL_MS = 1_000;
const MIN_PULL_MS = 5;

/**
 * Carries FRAMES into one store: pull, gather, write, and only then acknowledge.
 *
 * opening → running ⇄ waiting (store out of reach, or accepting without applying) → draining → ended; or → halted, with
 * readiness false, when only a person can help (a newer schema version, a store that refuses everything). Messages are
 * never given up: what was not stored is given back to the durable, which brings it again, here or elsewhere.
 */
export function createPipeline(deps: PipelineDeps): Pipeline {
  const { frames, names, sink, clock, logger, options, events } = deps;
  const gather = createGather(options);
  const storeOrSplit = createStoreOrSplit({ ...deps, stored, halt, maxRefusedInARow: options.maxRefusedInARow });
  const held = new Set<Held>();
  const writes = new Set<Promise<void>>();
  const ending = new AbortController();
  const failure = Promise.withResolvers<never>();
  // Whoever waits for it hears of it; this only keeps a failure between two waits from ending the process.
  failure.promise.catch(() => undefined);
  let durable: Durable | null = null;
  /** Pulled, while a batch before them waits for its turn to be written. */
  let waiting: PulledMessage[] = [];
  let heldBytes = 0;
  let health: SinkHealth = { ok: false, reason: 'the store was not reached yet' };
  let halted: string | null = null;
  let resumeAtMs = 0;
  let backoffMs = 0;
  let running: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    await untilReached('opening the store', () => sink.open(), StoreUnavailableError);
    health = { ok: true };
    const { ackWaitMs, maxAckPending } = options;
    const durableOptions = { subjects: [names.framesFilter], ackWaitMs, maxAckPending };
    const open = () => frames.openDurable(names.durable(sink.name), durableOptions);
    durable = await untilReached('opening the durable', open, LogUnavailableError);
    const timers = [clock.setRepeating(keepHeld, ackWaitMs / 3), watchHealth()];
    logger.info({ sink: sink.name }, 'sink is running');
    try {
      while (!ending.signal.aborted) {
        if (await waited()) continue;
        waiting = await pull(durable);
        for (let next = waiting.shift(); next; next = waiting.shift()) await take(next);
        if (gather.isFull() || (gather.isDue(clock.monotonicMs()) && hasSlot())) await flush();
      }
    } finally {
      for (const timer of timers) timer.cancel();
    }
  }

  /** True after a wait for whatever stands in the way of pulling. */
  async function waited(): Promise<boolean> {
    const nowMs = clock.monotonicMs();
    const isFull = heldBytes >= options.maxBufferedBytes;
    if ((isFull || halted !== null) && gather.messages > 0 && hasSlot()) await flush();
    else if (isFull && writes.size > 0) await Promise.race(writes);
    else if (halted !== null || !health.ok) await pause(options.healthIntervalMs);
    else if (resumeAtMs > nowMs) await pause(resumeAtMs - nowMs);
    else return false;
    return true;
  }

  async function pull(from: Durable): Promise<PulledMessage[]> {
    const nowMs = clock.monotonicMs();
    const leftMs = gather.messages === 0 ? IDLE_PULL_MS : gather.dueAtMs(nowMs) - nowMs;
    const maxWaitMs = Math.max(MIN_PULL_MS, hasSlot() ? leftMs : options.flushIntervalMs / 4);
    const maxBytes = Math.min(options.maxBatchBytes, MAX_PULL_BYTES, options.maxBufferedBytes - heldBytes);
    try {
      return await from.pull({ maxMessages: MAX_PULL_MESSAGES, maxBytes, maxWaitMs });
    } catch (err) {
      if (!(err instanceof LogUnavailableError)) throw err;
      if (!ending.signal.aborted) {
        logger.warn({ err, sink: sink.name }, 'the stream is out of reach');
        await pause(options.minBackoffMs);
      }
      return [];
    }
  }

  async function take(pulled: PulledMessage): Promise<void> {
    if (halted !== null) return pulled.nak(options.maxBackoffMs);
    const read = readBatchMessage(pulled, names);
    switch (read.type) {
      case 'tick':
        return pulled.ack();
      case 'newer':
        halt(`the stream holds schema version ${read.version}, newer than this process knows: upgrade it`);
        return pulled.nak(options.maxBackoffMs);
      case 'malformed':
        return track(deps.dead.bury(pulled, read.detail).then(() => pulled.ack(), giveUpOn(pulled)));
      case 'batch': {
        const one: Held = { pulled, message: read.message };
        if (!gather.hasRoomFor(one)) await flush();
        held.add(one);
        heldBytes += pulled.data.length;
        gather.add(one, clock.monotonicMs());
      }
    }
  }

  /** Hands the gathered batch to a write, once fewer than `maxWritesInFlight` are under way. */
  async function flush(): Promise<void> {
    while (!hasSlot()) await Promise.race([failure.promise, ...writes]);
    const batch = gather.take();
    if (batch.length > 0) track(write(batch));
  }

  async function write(batch: Held[]): Promise<void> {
    try {
      await storeOrSplit(batch);
      backoffMs = 0;
    } catch (err) {
      if (!isAway(err)) throw err;
      backoffMs = Math.min(options.maxBackoffMs, Math.max(options.minBackoffMs, backoffMs * 2));
      resumeAtMs = clock.monotonicMs() + backoffMs;
      const left = batch.filter((one) => held.has(one));
      logger.warn({ err, sink: sink.name, messages: left.length, backoffMs }, 'not stored; trying again later');
      events?.retried(left.length);
      for (const one of left) {
        release(one);
        one.pulled.nak(backoffMs);
      }
    }
  }

  function stored(batch: readonly Held[], result: WriteResult | null): void {
    for (const one of batch) {
      release(one);
      one.pulled.ack();
    }
    const messages = batch.map(({ message }) => message);
    if (result) events?.stored(messages, result, clock.nowMs());
    else for (const message of messages) events?.refused(message);
  }

  function release(one: Held): void {
    if (held.delete(one)) heldBytes -= one.pulled.data.length;
  }

  function giveUpOn(pulled: PulledMessage): (err: unknown) => void {
    return (err) => {
      if (!isAway(err)) throw err;
      logger.warn({ err, sink: sink.name }, 'a dead letter could not be stored; trying again later');
      pulled.nak(options.maxBackoffMs);
    };
  }

  function track(work: Promise<void>): void {
    const tracked = work.catch(failure.reject).finally(() => writes.delete(tracked));
    writes.add(tracked);
  }

  function halt(reason: string): void {
    if (halted !== null) return;
    halted = reason;
    logger.error({ sink: sink.name }, `sink stopped: ${reason}`);
  }

  function hasSlot(): boolean {
    return writes.size < options.maxWritesInFlight;
  }

  function keepHeld(): void {
    for (const { pulled } of held) pulled.working();
    for (const pulled of waiting) pulled.working();
  }

  function watchHealth() {
    let asking = false;
    return clock.setRepeating(() => {
      if (asking) return;
      asking = true;
      const before = health;
      void sink
        .health()
        .catch((err): SinkHealth => ({ ok: false, reason: `no answer from the store: ${err.message}` }))
        .then((now) => {
          asking = false;
          health = now;
          if (now.ok && !before.ok) logger.info({ sink: sink.name }, 'the store is well again');
          if (!now.ok && before.ok) logger.error({ sink: sink.name, reason: now.reason }, 'the store is not well');
        });
    }, options.healthIntervalMs);
  }

  async function untilReached<T>(what: string, act: () => Promise<T>, away: new () => Error): Promise<T> {
    for (let delayMs = options.minBackoffMs; ; delayMs = Math.min(options.maxBackoffMs, delayMs * 2)) {
      try {
        return await act();
      } catch (err) {
        if (!(err instanceof away)) throw err;
        logger.warn({ err, sink: sink.name, delayMs }, `${what} failed; trying again`);
        await clock.sleep(delayMs, ending.signal);
      }
    }
  }

  /** Ends early, and quietly, when the pipeline ends. */
  async function pause(delayMs: number): Promise<void> {
    await clock.sleep(delayMs, ending.signal).catch(() => undefined);
  }

  /** Ends the pulling; what the durable had pulled ahead goes back at once. */
  async function endPulling(): Promise<void> {
    ending.abort(new Error('the sink is ending'));
    await durable?.close();
    // What run rejects with is told to its caller; here only its end matters.
    await running.catch(() => undefined);
  }

  return {
    name: `sink ${sink.name}`,
    run(signal) {
      signal?.addEventListener('abort', () => void endPulling(), { once: true });
      running = Promise.race([failure.promise, run()]).catch((err) => {
        if (!ending.signal.aborted || err !== ending.signal.reason) throw err;
      });
      return running;
    },
    async drain() {
      await endPulling();
      if (health.ok && halted === null) await flush();
      await Promise.all(writes);
    },
    async stop() {
      await endPulling();
      for (const { pulled } of gather.take()) pulled.nak(0);
      await sink.close();
    },
    health: () => (halted === null ? health : { ok: false, reason: halted }),
    heldBytes: () => heldBytes,
  };
}

/** Something is out of reach or full, and nothing is wrong with the messages. */
function isAway(err: unknown): boolean {
  return err instanceof StoreUnavailableError || err instanceof LogUnavailableError || err instanceof LogFullError;
}
