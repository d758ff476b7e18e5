import { createHash } from 'node:crypto';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/log.ts';
import { LogUnavailableError } from '../../../runtime/stream/stream.ts';
import type { PreviewFailure, PreviewQuestion, PreviewState, RacePreview } from '../../../schemas/race-preview.ts';
import { StoreUnavailableError } from '../../sink.ts';
import type { RaceBoard } from '../board/board.ts';
import type { Crossing } from '../crossings.ts';
import type { HeldRace } from '../held-race.ts';
import { findAgain } from '../stored/find-again.ts';
import type { StoredPositions } from '../stored/stored-positions.ts';
import { changeOf } from './changed-evidence.ts';
import { compareBoards } from './compare-boards.ts';

export interface PreviewsDeps {
  readonly store: StoredPositions;
  /** Resolves once the store has what the board knows. Throws StoreUnavailableError. */
  untilStored(signal: AbortSignal): Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options?: Partial<PreviewOptions>;
}

export interface PreviewOptions {
  /** In this process: each reads and follows as fast as it can. */
  readonly maxAtOnce: number;
  /** From the question to its end, whatever is waited for. */
  readonly maxMs: number;
  /** How long an answer waits to be fetched; asked for later, it is made anew. */
  readonly keptMs: number;
  /** Nobody wants one that was not asked about for so long: it gives way to another. */
  readonly abandonedMs: number;
}

const DEFAULTS: PreviewOptions = { maxAtOnce: 1, maxMs: 180_000, keptMs: 60_000, abandonedMs: 10_000 };
/** Answers that wait to be fetched, of the size of a thousand athletes each; the oldest goes. */
const MAX_KEPT = 8;

export interface Previews {
  /** What the change would do to the race, or how far it is with finding out. Never waits. */
  ask(race: HeldRace, board: RaceBoard, question: PreviewQuestion): PreviewState;
  stop(): void;
}

interface Job {
  state: PreviewState;
  askedMs: number;
  readonly stopping: AbortController;
}

/** Ends a job before its end: the state says why. */
class PreviewFailedError extends Error {
  override name = 'PreviewFailedError';
  readonly why: PreviewFailure;
  constructor(why: PreviewFailure) {
    super(why);
    this.why = why;
  }
}

/**
 * Previews of changed races, made by whoever holds their board: the crossings that a change touches are looked for in
 * the stored positions, by the same code that looks for them once the change is made, and the board is made again from
 * all evidence with what was found. Nothing is changed by it.
 */
export function createPreviews({ store, untilStored, clock, logger, options: own }: PreviewsDeps): Previews {
  const options = { ...DEFAULTS, ...own };
  const jobs = new Map<string, Job>();

  async function make(
    race: HeldRace,
    board: RaceBoard,
    { version, changed }: PreviewQuestion,
    job: Job,
  ): Promise<RacePreview> {
    const { signal } = job.stopping;
    await untilStored(signal);
    signal.throwIfAborted();
    assertSame(race, board, version);
    const change = changeOf(board.race, { ...board.race, ...changed, version: version + 1 });
    const wanted = new Map([...board.athletes].map((athlete) => [athlete.bib, change.marksToFind(athlete)]));
    const starters = board.race.starters.filter(({ bib }) => (wanted.get(bib) ?? []).length > 0);
    const found = new Map<string, ReadonlyMap<number, Crossing> | null>();
    job.state = { state: 'running', done: 0, of: starters.length };
    for await (const some of findAgain({ store, signal }, change.now, starters)) {
      signal.throwIfAborted();
      for (const { starter, crossings } of some) found.set(starter.bib, crossings);
      job.state = { state: 'running', done: found.size, of: starters.length };
      assertSame(race, board, version);
    }
    const unread = [...found.values()].filter((one) => one === null).length;
    // In one go: both boards know the same.
    const atMs = race.shownAtMs(clock.nowMs());
    const imagined = race.imagine(change.now, (memory) => {
      return change.mend(memory, wanted.get(memory.bib) ?? [], found.get(memory.bib) ?? null);
    });
    const told = { race: board.race.id, version: board.race.version };
    return { ...told, ...compareBoards(board, imagined, atMs, unread) };
  }

  async function run(race: HeldRace, board: RaceBoard, question: PreviewQuestion, job: Job): Promise<void> {
    const { signal } = job.stopping;
    const tooLong = clock.setTimer(() => job.stopping.abort(new PreviewFailedError('took_too_long')), options.maxMs);
    // A store that does not answer keeps what waits for it, and not the one who asked.
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    try {
      job.state = { state: 'done', preview: await Promise.race([make(race, board, question, job), stopped]) };
    } catch (err) {
      const why = whyOf(err);
      job.state = { state: 'failed', why };
      if (why !== 'race_changed') logger.warn({ err, race: race.id, why }, 'a preview could not be made');
    } finally {
      tooLong.cancel();
    }
  }

  function forgetLater(key: string, job: Job): void {
    clock.setTimer(() => {
      if (jobs.get(key) === job) jobs.delete(key);
    }, options.keptMs);
    const ended = [...jobs].filter(([, { state }]) => state.state !== 'running');
    for (const [oldest] of ended.slice(0, -MAX_KEPT)) jobs.delete(oldest);
  }

  /** Whether one more may be made; of those that nobody asks about any more one may have to end for it. */
  function hasRoom(): boolean {
    const running = [...jobs].filter(([, { state }]) => state.state === 'running');
    if (running.length < options.maxAtOnce) return true;
    const abandoned = running.find(([, { askedMs }]) => clock.monotonicMs() - askedMs > options.abandonedMs);
    if (abandoned === undefined) return false;
    const [key, { stopping }] = abandoned;
    jobs.delete(key);
    stopping.abort(new PreviewFailedError('took_too_long'));
    return true;
  }

  return {
    ask(race, board, question) {
      const { version, id } = board.race;
      if (version !== question.version) return { state: 'other_version', version };
      const text = JSON.stringify(question.changed);
      const key = `${id} ${version} ${createHash('sha256').update(text).digest('hex')}`;
      const known = jobs.get(key);
      const askedMs = clock.monotonicMs();
      if (known !== undefined) {
        known.askedMs = askedMs;
        return known.state;
      }
      if (!hasRoom()) return { state: 'busy' };
      const job: Job = { state: { state: 'running', done: 0, of: 0 }, askedMs, stopping: new AbortController() };
      jobs.set(key, job);
      void run(race, board, question, job).then(() => forgetLater(key, job));
      return job.state;
    },
    stop() {
      for (const { stopping } of jobs.values()) stopping.abort(new Error('the process stops'));
    },
  };
}

function assertSame(race: HeldRace, board: RaceBoard, version: number): void {
  if (race.board !== board || board.race.version !== version) throw new PreviewFailedError('race_changed');
}

function whyOf(error: unknown): PreviewFailure {
  if (error instanceof PreviewFailedError) return error.why;
  const isAway = error instanceof StoreUnavailableError || error instanceof LogUnavailableError;
  return isAway ? 'store_unavailable' : 'failed';
}
