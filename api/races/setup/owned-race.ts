import { isDeepStrictEqual } from 'node:util';
import type { KeyValue } from '../../../runtime/kv/kv.ts';
import { RaceChangedError, readRace, type StoredRace, writeRace } from '../../../runtime/race-config.ts';
import {
  CHANGED_PARTS,
  MAX_CHANGES,
  MAX_PRIOR_BYTES,
  MAX_PRIORS,
  type PriorParts,
  PriorPartsSchema,
  type RaceChange,
  type RaceSetting,
  type Starter,
} from '../../../schemas/race.ts';
import { RaceError } from '../../../schemas/race-check.ts';
import { TOKEN_PROBLEMS } from '../../access.ts';
import type { RaceOfficial } from '../../caller.ts';
import { mayRunRace } from '../../policy.ts';
import { invalidParameter, Problem } from '../../problem.ts';
import { type OwnSetting, ownOf } from './stated-race.ts';

/** A version that grows again while it is read. */
const MAX_READS = 3;

/** What routes for those whose a race is may answer instead. */
export const OWN_PROBLEMS = [
  'organiser_only',
  'second_factor_needed',
  'wrong_organiser',
  'unknown_race',
  'invalid_request',
  'store_unavailable',
  ...TOKEN_PROBLEMS,
] as const;

/** And those that change it. */
export const CHANGE_PROBLEMS = [
  ...OWN_PROBLEMS,
  'bad_request',
  'version_needed',
  'race_changed',
  'race_closed',
] as const;

export function versionTag({ id, version }: Pick<RaceSetting, 'id' | 'version'>): string {
  return `"${id}-${version}"`;
}

/** The race as it is in CONFIG now. Throws the problem that says why the official has nothing to do with it. */
export async function readOwn(kv: KeyValue, id: string, official: RaceOfficial): Promise<StoredRace> {
  const stored = await readWhole(kv, id);
  if (stored === null) throw new Problem('unknown_race', { detail: id });
  assertOwn(stored.setting, official);
  return stored;
}

export async function readWhole(kv: KeyValue, id: string): Promise<StoredRace | null> {
  for (let reads = 1; ; reads++) {
    try {
      return await readRace(kv, id);
    } catch (error) {
      if (!(error instanceof RaceChangedError) || reads === MAX_READS) throw error;
    }
  }
}

export function assertOwn({ organiser }: Pick<RaceSetting, 'organiser'>, official: RaceOfficial): void {
  if (!mayRunRace(official, organiser)) throw new Problem('wrong_organiser');
}

/** `ifMatch` (RFC 9110, 13.1.1) has to name the version that is there. Throws the problem that says why not. */
export function assertVersion(setting: RaceSetting, ifMatch: string | undefined): void {
  if (ifMatch === undefined) throw new Problem('version_needed');
  if (ifMatch.trim() !== versionTag(setting)) {
    throw new Problem('race_changed', { detail: `it is version ${setting.version} now` });
  }
}

/**
 * Writes the next version. `ifMatch` has to name the one before it. Of a race that is no draft the
 * version says who made it, and what of it is new. Throws the problem that says why not.
 */
export async function changeRace(
  kv: KeyValue,
  before: StoredRace,
  ifMatch: string | undefined,
  who: Pick<RaceChange, 'by' | 'saidMs'>,
  change: (own: OwnSetting) => { own: OwnSetting; starters?: readonly Starter[] },
): Promise<StoredRace> {
  const { state } = before.setting;
  if (state === 'frozen' || state === 'published') throw new Problem('race_closed');
  assertVersion(before.setting, ifMatch);
  const { own: next, starters = null } = asProblems(() => change(ownOf(before.setting)));
  try {
    return await writeRace(kv, before, withChange(before, next, starters, who), starters);
  } catch (error) {
    throw asProblem(error);
  }
}

function withChange(
  { setting, race }: StoredRace,
  next: OwnSetting,
  starters: readonly Starter[] | null,
  who: Pick<RaceChange, 'by' | 'saidMs'>,
): OwnSetting {
  if (setting.state === 'draft') return next;
  const parts = CHANGED_PARTS.filter((part) => !isDeepStrictEqual(setting[part], next[part]));
  const hasOtherStarters = starters !== null && !isDeepStrictEqual(race.starters, starters);
  const changed = [...parts, ...(hasOtherStarters ? (['starters'] as const) : [])];
  const before = priorOf(setting, changed);
  const change: RaceChange = { version: setting.version + 1, ...who, changed, ...(before !== null && { before }) };
  const changes = [...(setting.changes ?? []), change].slice(-MAX_CHANGES);
  const older = changes.slice(0, -MAX_PRIORS).map(({ before: _, ...rest }) => rest);
  return { ...next, changes: [...older, ...changes.slice(-MAX_PRIORS)] };
}

/** What a change can be undone with; null when it replaced more than is kept. */
function priorOf(setting: RaceSetting, changed: RaceChange['changed']): PriorParts | null {
  const isKept = (part: string): part is keyof PriorParts => part in PriorPartsSchema.properties;
  if (changed.length === 0 || !changed.every(isKept)) return null;
  const before: PriorParts = Object.fromEntries(changed.filter(isKept).map((part) => [part, setting[part]]));
  return Buffer.byteLength(JSON.stringify(before)) > MAX_PRIOR_BYTES ? null : before;
}

/** What breaks a rule of races is told as a wrong parameter, by its JSON pointer. */
export function asProblem(error: unknown): unknown {
  if (error instanceof RaceError) return invalidParameter(error.field.slice(1) || 'race', error.rule);
  if (error instanceof RaceChangedError) return new Problem('race_changed', { detail: error.message });
  return error;
}

/** Throws the problem instead of what broke a rule. */
export function asProblems<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw asProblem(error);
  }
}
