import { keys } from '../schemas/names.ts';
import { type Race, type RaceSetting, STARTERS_PER_CHUNK, type Starter } from '../schemas/race.ts';
import { checkRaceSetting, checkStarters, joinRace } from '../schemas/race-check.ts';
import { KeyConflictError, type KeyValue } from './kv/kv.ts';

/** A race as it is in the bucket now, with what is needed to change it. */
export interface StoredRace {
  readonly race: Race;
  readonly setting: RaceSetting;
  /** Of the bucket's entry; compare-and-set goes by it. */
  readonly revision: number;
}

/** Somebody else changed the race meanwhile. */
export class RaceChangedError extends Error {
  override name = 'RaceChangedError';
}

/** Chunks that writers left behind who lost a race to change it, or died. */
const MAX_WRITERS = 20;

/** Null when there is no such race. Throws KvUnavailableError, RaceError for a value that is none. */
export async function readRace(kv: KeyValue, id: string): Promise<StoredRace | null> {
  const entry = await kv.get(keys.race(id));
  if (entry === null) return null;
  const setting = checkRaceSetting(JSON.parse(Buffer.from(entry.value).toString()));
  const { version, chunks } = setting.starters;
  const starters: Starter[] = [];
  for (let n = 0; n < chunks; n++) {
    const chunk = await kv.get(keys.raceStarters(id, version, n));
    // A writer has replaced the race and removed the chunks of the version before.
    if (chunk === null) throw new RaceChangedError(`the starters of ${id} changed while they were read`);
    starters.push(...parseStarters(chunk.value));
  }
  return { race: joinRace(setting, starters), setting, revision: entry.revision };
}

/** Of one chunk. Throws SyntaxError for bytes that are no JSON. */
export function parseStarters(chunk: Uint8Array): Starter[] {
  return (JSON.parse(Buffer.from(chunk).toString()) as { starters: Starter[] }).starters;
}

/**
 * Writes the next version of a race, its starters too when they are given: all chunks first, then the race that names
 * them, then the older chunks go. Throws RaceError, {@link RaceChangedError}, KvUnavailableError.
 */
export async function writeRace(
  kv: KeyValue,
  before: StoredRace | null,
  own: Omit<RaceSetting, 'version' | 'starters'>,
  starters: readonly Starter[] | null,
): Promise<StoredRace> {
  const version = (before?.setting.version ?? 0) + 1;
  const kept = before?.setting.starters ?? { version: 0, count: 0, chunks: 0 };
  const all = starters ?? before?.race.starters ?? [];
  const count = all.length;
  // Everything is checked before anything is written.
  const chunks = Math.ceil(count / STARTERS_PER_CHUNK);
  checkStarters(checkRaceSetting({ ...own, version, starters: { version: kept.version, count, chunks } }), all);
  const chunksVersion = starters === null ? kept.version : await writeChunks(kv, own.id, kept.version, all);
  const setting: RaceSetting = { ...own, version, starters: { version: chunksVersion, count, chunks } };
  const revision = await writeSetting(kv, setting, before?.revision ?? null);
  if (starters !== null) await removeOlderChunks(kv, own.id, chunksVersion);
  return { race: joinRace(setting, all), setting, revision };
}

/**
 * The version of the chunks, which nobody else writes: of two who change a race at once each has its own, and what the
 * loser wrote is named by nobody until a later version removes it.
 */
async function writeChunks(kv: KeyValue, id: string, after: number, starters: readonly Starter[]): Promise<number> {
  const chunkOf = (n: number) => {
    const chunk = starters.slice(n * STARTERS_PER_CHUNK, (n + 1) * STARTERS_PER_CHUNK);
    return Buffer.from(JSON.stringify({ starters: chunk }));
  };
  const chunks = Math.ceil(starters.length / STARTERS_PER_CHUNK);
  if (chunks === 0) return after + 1;
  for (let version = after + 1; version <= after + MAX_WRITERS; version++) {
    try {
      await kv.create(keys.raceStarters(id, version, 0), chunkOf(0));
    } catch (error) {
      if (!(error instanceof KeyConflictError)) throw error;
      continue;
    }
    for (let n = 1; n < chunks; n++) await kv.put(keys.raceStarters(id, version, n), chunkOf(n));
    return version;
  }
  throw new RaceChangedError(`too many change the starters of ${id} at once`);
}

/** Whoever begins from this version writes greater ones, so nothing that somebody needs is removed. */
async function removeOlderChunks(kv: KeyValue, id: string, version: number): Promise<void> {
  for (const key of await kv.keys(`${keys.race(id)}.starters.>`)) {
    if ((keys.parseRace(key)?.starters?.version ?? version) < version) await kv.delete(key);
  }
}

async function writeSetting(kv: KeyValue, setting: RaceSetting, revision: number | null): Promise<number> {
  const value = Buffer.from(JSON.stringify(setting));
  try {
    const key = keys.race(setting.id);
    return revision === null ? await kv.create(key, value) : await kv.update(key, value, revision);
  } catch (error) {
    if (!(error instanceof KeyConflictError)) throw error;
    throw new RaceChangedError(`somebody else changed ${setting.id} meanwhile`, { cause: error });
  }
}
