import { createHash } from 'node:crypto';
import type { Static } from 'typebox';
import type { KeyValue } from '../../../runtime/kv/kv.ts';
import { RaceChangedError, type StoredRace, writeRace } from '../../../runtime/race-config.ts';
import type { RaceOfficial } from '../../caller.ts';
import { invalidParameter, Problem } from '../../problem.ts';
import { asProblem, asProblems, assertOwn, readWhole } from './owned-race.ts';
import { type NewRace, settingOf } from './stated-race.ts';

/**
 * Makes a race. The same request under the same key is answered with the race that it made, as it is now: digests of
 * both stand in the race itself, so there is no moment in which one is known without the other. Throws the problem
 * that says why not.
 */
export async function createRace(
  kv: KeyValue,
  official: RaceOfficial,
  body: Static<typeof NewRace>,
  key: string | undefined,
): Promise<StoredRace> {
  const organiser = official.kind === 'operator' ? body.organiser : official.organiser;
  if (organiser === undefined) throw invalidParameter('organiser', 'an operator has to say whose');
  if (body.organiser !== undefined) assertOwn({ organiser: body.organiser }, official);
  const createdWith =
    key === undefined ? undefined : `${digest(`${organiser} ${key}`)}.${digest(JSON.stringify(body))}`;
  const { id, organiser: _, ...said } = body;
  const own = asProblems(() => settingOf(said, { id, organiser, course: null, ...(createdWith && { createdWith }) }));
  const before = await readWhole(kv, id);
  if (before !== null) return repeated(before, organiser, createdWith);
  try {
    return await writeRace(kv, null, own, []);
  } catch (error) {
    if (!(error instanceof RaceChangedError)) throw asProblem(error);
    // Somebody made it meanwhile: the same request by another connection, perhaps.
    const other = await readWhole(kv, id);
    if (other === null) throw new Problem('store_unavailable', { store: 'nats', detail: error.message });
    return repeated(other, organiser, createdWith);
  }
}

/** Throws unless the race was made by this very request. */
function repeated(found: StoredRace, organiser: string, createdWith: string | undefined): StoredRace {
  const { setting } = found;
  const [key, body] = setting.createdWith?.split('.') ?? [];
  const [ownKey, ownBody] = createdWith?.split('.') ?? [];
  if (setting.organiser !== organiser || key === undefined || key !== ownKey) {
    throw new Problem('race_exists', { detail: setting.id });
  }
  if (body !== ownBody) throw new Problem('key_reused', { detail: setting.id });
  return found;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
