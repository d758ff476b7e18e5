import type { Race, Starter } from '../../../schemas/race.ts';
import type { Crossing } from '../crossings.ts';
import { MAX_NEWS_AGAIN } from '../motion.ts';
import { BEFORE_GUN_MS, createRaceGrounds } from '../race-grounds.ts';
import type { FoundOfRunner, Runner } from '../runner.ts';
import { ShardRaces } from '../shard-races.ts';
import { type Span, type StoredPositions, TooManyPositionsError } from './stored-positions.ts';

export interface FindAgainDeps {
  readonly store: StoredPositions;
  readonly signal: AbortSignal;
  /** Whether it is also told how they moved, and what their bodies did: for the review of what came too late. */
  readonly hasMotion?: boolean;
  readonly options?: Partial<FindAgainOptions>;
}

export interface FindAgainOptions {
  /** Of one answer of the store, for several starters and for one: twenty and eighty megabytes. */
  readonly maxRows: number;
  readonly maxRowsOfOne: number;
  /** Read together at first; fewer where they have too many rows. */
  readonly startersAtOnce: number;
}

export interface FoundAgain extends FoundOfRunner {
  readonly starter: Starter;
}

const DEFAULTS: FindAgainOptions = { maxRows: 250_000, maxRowsOfOne: 1_000_000, startersAtOnce: 32 };
/** So many names fit into one condition. */
const MAX_NAMED = 500;

/**
 * Follows starters through all their stored positions, as the holder of a shard would have if it had known the race as
 * it is given from the beginning: the same code over the same samples, in the order of their time. So it also knows
 * what came too late for the holder. Tells of some starters after the other. Throws StoreUnavailableError, and what the
 * signal aborts with.
 */
export async function* findAgain(
  deps: FindAgainDeps,
  race: Race,
  starters: readonly Starter[],
): AsyncGenerator<FoundAgain[]> {
  const { maxRows, maxRowsOfOne, startersAtOnce } = { ...DEFAULTS, ...deps.options };
  const { store, signal, hasMotion = false } = deps;
  const grounds = createRaceGrounds({ all: () => [{ ...race, state: 'live' }], version: 1 });
  let atOnce = startersAtOnce;

  /** Null when there are too many of them. */
  async function follow(some: readonly Starter[], devices: readonly string[]): Promise<Runner[] | null> {
    const counts = { fixes: 0, late: 0 };
    const state = new ShardRaces(grounds, counts, new Map(), hasMotion ? { mostSpans: MAX_NEWS_AGAIN } : {});
    if (devices.length === 0) return [];
    try {
      const most = some.length === 1 ? maxRowsOfOne : maxRows;
      for (const batch of await store.read(devices, spanOf(race, some), { maxRows: most, hasBody: hasMotion })) {
        state.fold(batch, 1);
        await turn();
        signal.throwIfAborted();
      }
    } catch (error) {
      if (error instanceof TooManyPositionsError) return null;
      throw error;
    }
    // Nothing comes any more: what is found is settled.
    state.passTo(Number.MAX_SAFE_INTEGER, 1);
    return [...state.runners.values()];
  }

  for (let from = 0; from < starters.length; from += MAX_NAMED) {
    const named = starters.slice(from, from + MAX_NAMED);
    const athletes = named.filter(({ athlete, device }) => athlete !== '' && device === null);
    const names = athletes.map(({ athlete }) => athlete);
    const known = names.length === 0 ? new Map() : await store.devices(names, spanOf(race, athletes));
    const devicesOf = ({ athlete, device }: Starter): string[] => {
      return device === null ? (known.get(athlete) ?? []) : [device];
    };
    for (let at = 0; at < named.length; ) {
      signal.throwIfAborted();
      const some = named.slice(at, at + atOnce);
      const runners = await follow(some, some.flatMap(devicesOf));
      if (runners === null && some.length > 1) {
        atOnce = Math.ceil(some.length / 2);
        continue;
      }
      at += some.length;
      yield some.map((starter) => foundOf(starter, runners, hasMotion));
    }
  }
}

/** `runners` is null for whoever has more samples than are read. */
function foundOf(starter: Starter, runners: readonly Runner[] | null, hasMotion: boolean): FoundAgain {
  const motion = runners?.find((one) => one.starter.bib === starter.bib)?.motion;
  const motions = hasMotion && motion?.isWhole ? motion.news : null;
  return { starter, crossings: runners && crossingsOf(starter, runners), motions };
}

function crossingsOf({ bib }: Starter, runners: readonly Runner[]): Map<number, Crossing> {
  const runner = runners.find(({ starter }) => starter.bib === bib);
  const known = [...(runner?.crossings ?? [])];
  return new Map(known.filter(([, { isWithdrawn }]) => !isWithdrawn));
}

function spanOf({ waves, closesMs }: Race, starters: readonly Starter[]): Span {
  const own = new Set(starters.map(({ wave }) => wave));
  const guns = waves.filter(({ id }) => own.has(id)).map(({ gunTimeMs }) => gunTimeMs);
  const latest = Math.max(...guns) + MAX_RACE_MS;
  return { fromMs: Math.min(...guns) - BEFORE_GUN_MS, untilMs: Math.min((closesMs ?? latest) + 1, latest) };
}

/** Nobody is on the way for longer. */
const MAX_RACE_MS = 10 * 86_400_000;

/** Whatever else waits in the process comes first. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
