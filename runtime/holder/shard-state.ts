import { createBackoff } from '../backoff.ts';
import type { Timer } from '../clock.ts';
import { KvUnavailableError } from '../kv/kv.ts';
import type { Term } from '../lease.ts';
import type { DirtyParts, Reducer } from '../reducer.ts';
import type { Steps } from '../steps.ts';
import { createTurns } from '../turns.ts';
import { type Checkpoint, FenceLostError, PartTooLargeError } from './checkpoint.ts';
import type { ShardDeps } from './shard-deps.ts';
import type { Ticks } from './ticks.ts';

interface Opened {
  readonly checkpoint: Checkpoint;
  readonly reducers: readonly Reducer[];
  readonly ticks: Ticks;
  /** The message that stopped the attempt before; 0 for none. */
  readonly brokenAtSeq: number;
  /** Aborts when the state is to be dropped. */
  readonly signal: AbortSignal;
}

/** What of one reducer is to be kept, or the steps that lead to it. */
interface TakingOne {
  readonly name: string;
  readonly steps: Steps<DirtyParts> | null;
  readonly taken: DirtyParts | null;
}

interface Taking {
  readonly parts: readonly TakingOne[];
  readonly beganMs: number;
}

const ENCODE_REST_MS = 1;
/** Of the time that others took between two slices of making bytes, the next one takes as much. */
const LATE_SHARE = 4;

/**
 * The state of a shard in memory: one ordered read that serves all reducers, and rounds of emitting and keeping.
 *
 * Messages are folded in one after the other, except while a round takes what it sends out and keeps: then they wait in
 * the log, so that both belong to the same sequence. (The bytes of what is kept may be made later, of the state as it
 * was: `takeDirtyInSteps`.) They wait as well while a reducer sends that does not do so beside
 * them (`emitsBeside`): a store may take seconds, and live positions would stand still for as long.
 *
 * Nothing is sent out before the fence was looked at. A process that was stopped for long reads on behind what the
 * trimmer removed meanwhile, by its successor's checkpoint, and does not see the gap: its state is wrong, and what it
 * would send out could have a greater sequence than what is right.
 */
export function createShardState(deps: ShardDeps, { shard, epoch }: Term, opened: Opened) {
  const { log, clock, logger, options, events } = deps;
  const { checkpoint, reducers, ticks, brokenAtSeq, signal } = opened;
  const subject = deps.names.frames(shard);
  const backoff = createBackoff({ delaysMs: options.retryDelaysMs, random: deps.random });
  let { seq } = checkpoint;
  /** Everything up to here was read without a gap: opening has just taken the fence. */
  let soundSeq = seq;
  let applyingSeq = 0;
  let lagMessages = 0;
  let isCaughtUp = false;
  /** Something changed and was kept. */
  let hasSaved = false;
  let savedBytes = 0;
  let hasCleaned = false;
  let trouble = '';
  const besides = reducers.filter(({ emitsBeside }) => emitsBeside === true);
  const others = reducers.filter(({ emitsBeside }) => emitsBeside !== true);
  /** No reducer sends twice at a time. */
  const rounds = createTurns();
  let emitting: Promise<void> | null = null;
  let wakeUp: () => void = () => undefined;
  let roundAtMs = Number.NEGATIVE_INFINITY;
  /** A round before the next is due. */
  let hurrying: Timer | null = null;
  /** Woken while no pause was there to end: the next one is left out. */
  let isWoken = false;

  /** Folds in every message until the signal aborts. Throws what a reducer throws. */
  async function read(): Promise<void> {
    signal.addEventListener('abort', () => hurrying?.cancel(), { once: true });
    isCaughtUp = (await log.nextSeq(subject, seq + 1)) === null;
    if (isCaughtUp) wake();
    for await (const message of log.readFrom({ subjects: [subject], fromSeq: seq + 1, signal })) {
      // What can be sent out and kept is, before what may not go in: a queue may have room then, and if it has not, the
      // next attempt begins here and not where this one did.
      if (message.seq === brokenAtSeq) await round({ wantsSave: true });
      const turnIsOver = deps.loopTurn.over();
      if (turnIsOver !== null) await turnIsOver;
      while (emitting !== null) await emitting;
      if (signal.aborted) return;
      applyingSeq = message.seq;
      for (const reducer of reducers) reducer.apply(message);
      seq = message.seq;
      lagMessages = message.pendingMessages;
      ticks.sawMessage();
      if (reducers.filter((reducer) => reducer.isUrgent?.()).length > 0 && isCaughtUp) hurry();
      if (isCaughtUp || lagMessages > 0) continue;
      isCaughtUp = true;
      wake();
    }
  }

  /**
   * Emits at each interval, keeps the state right after catching up and at longer intervals, until asked to finish:
   * then once more, and it resolves. Throws FenceLostError and PartTooLargeError.
   */
  async function runRounds(finishing: AbortSignal): Promise<void> {
    let savedAtMs = clock.monotonicMs();
    let dueAfterMs = options.checkpointIntervalMs;
    let wasCaughtUp = false;
    while (!signal.aborted) {
      const isLast = finishing.aborted;
      const isDue = clock.monotonicMs() - savedAtMs >= dueAfterMs;
      const wantsSave = isLast || isDue || (isCaughtUp && !wasCaughtUp);
      wasCaughtUp = isCaughtUp;
      const succeeded = await round({ wantsSave });
      if (isLast) return;
      if (succeeded && wantsSave) {
        savedAtMs = clock.monotonicMs();
        dueAfterMs = checkpointDelayMs();
      }
      if (succeeded) backoff.reset();
      if (isCaughtUp && reducers.some((reducer) => reducer.wantsTick?.())) await ticks.publishIfIdle();
      if (!finishing.aborted) await pause(succeeded ? untilNextRoundMs() : backoff.nextMs());
    }
  }

  /** The more the last checkpoint wrote, the later the next: a great state must not be written all the time. */
  function checkpointDelayMs(): number {
    const { checkpointIntervalMs, maxCheckpointIntervalMs, checkpointBytesPerS } = options;
    const byBytesMs = (1_000 * savedBytes * deps.shards) / checkpointBytesPerS;
    return Math.min(Math.max(byBytesMs, checkpointIntervalMs), Math.max(maxCheckpointIntervalMs, checkpointIntervalMs));
  }

  /** Rounds of all shards of a process fall together, so that what they send out can share one write. */
  function untilNextRoundMs(): number {
    return options.emitIntervalMs - (clock.monotonicMs() % options.emitIntervalMs);
  }

  /** True when everything asked for was done; false when something was out of reach and it is to be tried again. */
  async function round({ wantsSave }: { wantsSave: boolean }): Promise<boolean> {
    try {
      if (!(await emitAndSave(wantsSave))) return false;
      trouble = '';
      return true;
    } finally {
      if (wantsSave && !hasCleaned && !signal.aborted) await clean();
    }
  }

  function emitAndSave(wantsSave: boolean): Promise<boolean> {
    return rounds.run(async () => {
      roundAtMs = clock.monotonicMs();
      if (!wantsSave) return sendOut(others);
      // While others are kept this one goes on; in its turn it sends out what followed meanwhile.
      if (deps.isAnyAtWork() && !(await sendOut(others))) return false;
      return deps.oneAtATime(async () => {
        // So that little is left to send while messages wait.
        if (besides.length > 0 && !(await sendOut([]))) return false;
        return keep();
      });
    });
  }

  function keep(): Promise<boolean> {
    return withoutFolding(async (goOn) => {
      signal.throwIfAborted();
      if (!(await isSound()) || !(await emit(reducers))) return false;
      const at = seq;
      const taking = beginTaking();
      goOn();
      const { dirty, encodeMs } = await finish(taking);
      return save(at, dirty, encodeMs);
    });
  }

  /** Messages wait until the fence was looked at and `held` have sent; the others send beside them. */
  async function sendOut(held: readonly Reducer[]): Promise<boolean> {
    const sent = await withoutFolding(async () => {
      if (!(await isSound())) return null;
      const beside = emit(besides);
      // It is awaited below, whatever becomes of the others.
      beside.catch(() => undefined);
      return { succeeded: await emit(held), beside };
    });
    return sent !== null && (await sent.beside) && sent.succeeded;
  }

  /** Messages wait in the log until the work is done, or says that they can go on. */
  async function withoutFolding<T>(work: (goOn: () => void) => Promise<T>): Promise<T> {
    while (emitting !== null) await emitting;
    const emitted = Promise.withResolvers<void>();
    const own = emitted.promise;
    emitting = own;
    const goOn = () => {
      if (emitting === own) emitting = null;
      emitted.resolve();
    };
    try {
      return await work(goOn);
    } finally {
      goOn();
    }
  }

  /** False when it cannot be known. Throws FenceLostError. */
  async function isSound(): Promise<boolean> {
    if (soundSeq === seq) return true;
    try {
      await checkpoint.assertHeld();
    } catch (error) {
      if (!(error instanceof KvUnavailableError)) throw error;
      fail(error, 'the fence could not be looked at');
      return false;
    }
    signal.throwIfAborted();
    soundSeq = seq;
    return true;
  }

  async function emit(senders: readonly Reducer[]): Promise<boolean> {
    const context = { epoch, seq, signal };
    const results = await Promise.allSettled(senders.map((reducer) => reducer.emit(context)));
    signal.throwIfAborted();
    let succeeded = true;
    for (const [i, result] of results.entries()) {
      if (result.status === 'fulfilled') continue;
      succeeded = false;
      const { name } = senders[i];
      fail(result.reason, `${name} could not emit`);
      events.emitFailed(shard);
    }
    return succeeded;
  }

  /** What is to be kept is known from now on; those who make their bytes in steps make them later. */
  function beginTaking(): Taking {
    const fromMs = clock.monotonicMs();
    const parts = reducers.map((reducer): TakingOne => {
      const steps = reducer.takeDirtyInSteps?.() ?? null;
      return { name: reducer.name, steps, taken: steps === null ? reducer.takeDirty() : null };
    });
    return { parts, beganMs: clock.monotonicMs() - fromMs };
  }

  /** A few milliseconds at a time, so that progress, boards and messages of all shards do not wait for all of it. */
  async function finish({ parts, beganMs }: Taking): Promise<{ dirty: DirtyParts; encodeMs: number }> {
    const dirty: DirtyParts = new Map();
    let encodeMs = beganMs;
    let fromMs = clock.monotonicMs();
    let sliceMs = options.encodeSliceMs;
    for (const { name, steps, taken } of parts) {
      let own = taken;
      while (own === null) {
        const step = steps!.next();
        if (step.done) own = step.value;
        else if (clock.monotonicMs() - fromMs >= sliceMs) {
          encodeMs += clock.monotonicMs() - fromMs;
          const restedFromMs = clock.monotonicMs();
          await clock.sleep(ENCODE_REST_MS, signal);
          fromMs = clock.monotonicMs();
          // While others have much to do, this comes to its end all the same.
          sliceMs = Math.max(options.encodeSliceMs, (fromMs - restedFromMs) / LATE_SHARE);
        }
      }
      for (const [part, value] of own) dirty.set(`${name}.${part}`, value);
    }
    return { dirty, encodeMs: encodeMs + clock.monotonicMs() - fromMs };
  }

  async function save(at: number, dirty: DirtyParts, encodeMs: number): Promise<boolean> {
    const fromMs = clock.monotonicMs();
    try {
      const saved = await checkpoint.save(at, dirty);
      if (saved.parts > 0) hasSaved = true;
      savedBytes = saved.bytes;
      const durationMs = clock.monotonicMs() - fromMs;
      events.saved(shard, { ...saved, bytesByReducer: bytesByReducer(dirty), encodeMs, durationMs });
      return true;
    } catch (error) {
      if (error instanceof FenceLostError || error instanceof PartTooLargeError) throw error;
      fail(error, 'the checkpoint could not be kept; the older one holds');
      events.saveFailed(shard);
      return false;
    }
  }

  function fail(error: unknown, what: string): void {
    trouble = `${what}: ${error instanceof Error ? error.message : error}`;
    logger.warn({ err: error, shard, epoch, seq }, `${what}; trying again`);
  }

  async function clean(): Promise<void> {
    hasCleaned = true;
    try {
      await checkpoint.clean();
    } catch (error) {
      logger.debug({ err: error, shard }, 'what dead terms left behind stays for the next term');
    }
  }

  /** Asks for a round now, or a little after the last one: it sends out what all reducers have, however little. */
  function hurry(): void {
    const restMs = roundAtMs + options.leastRoundGapMs - clock.monotonicMs();
    hurrying ??= clock.setTimer(
      () => {
        hurrying = null;
        wake();
      },
      Math.max(0, restMs),
    );
  }

  function wake(): void {
    isWoken = true;
    wakeUp();
  }

  function pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        timer.cancel();
        signal.removeEventListener('abort', finish);
        wakeUp = () => undefined;
        isWoken = false;
        resolve();
      };
      const timer = clock.setTimer(finish, delayMs);
      signal.addEventListener('abort', finish, { once: true });
      wakeUp = finish;
      if (signal.aborted || isWoken) finish();
    });
  }

  return {
    read,
    round,
    runRounds,
    wake,
    hasSaved: () => hasSaved,
    /** The message that went in last, or did not. */
    applyingSeq: () => applyingSeq,
    trouble: () => trouble,
    progress: () => ({ seq, isCaughtUp, lagMessages }),
  };
}

/** Parts are named `<reducer>.<part>`. */
function bytesByReducer(dirty: ReadonlyMap<string, Uint8Array | null>): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const [part, value] of dirty) {
    const reducer = part.slice(0, part.indexOf('.'));
    bytes.set(reducer, (bytes.get(reducer) ?? 0) + (value?.length ?? 0));
  }
  return bytes;
}
