import type { ActivityRecord } from '../../../schemas/activity.ts';
import type { AthleteSettings } from '../../../schemas/athlete-settings.ts';
import type { GearFact } from '../../../schemas/facts.ts';
import { type GearLoad, gearLoadId } from '../../../schemas/gear-load.ts';
import { settingsAt } from '../../../schemas/settings-at.ts';
import { type FactLog, publishFacts } from '../../publish-facts.ts';
import { METRIC_VERSIONS } from '../metrics/versions.ts';
import { loadsOf } from './gear-load.ts';
import type { GearStore } from './gear-store.ts';

export interface LoadsDeps extends FactLog {
  readonly gear: GearStore;
  settingsOf(athlete: string): AthleteSettings;
}

export interface LoadsContext {
  readonly epoch: number;
  /** Message time of the last message that they follow from. */
  readonly knownAtMs: number;
  readonly signal: AbortSignal;
}

/** Activities that one query asks about. */
const MAX_ASKED = 500;

/**
 * Says what activities that ended, were revised or withdrawn do to the gear in use in them. Follows from the activities
 * and the settings alone, so it may be repeated. Throws what the store and the log throw.
 */
export async function publishLoads(deps: LoadsDeps, records: readonly ActivityRecord[], context: LoadsContext) {
  for (let from = 0; from < records.length; from += MAX_ASKED) {
    await publishSome(deps, records.slice(from, from + MAX_ASKED), context);
  }
}

async function publishSome(deps: LoadsDeps, records: readonly ActivityRecord[], context: LoadsContext): Promise<void> {
  const { gear } = deps;
  const settings = new Map(records.map(({ athlete }) => [athlete, deps.settingsOf(athlete)]));
  // Whoever never stated anything has no gear, and had none.
  const concerned = records.filter(({ athlete }) => settings.get(athlete)!.version > 0);
  if (concerned.length === 0) return;
  const before = Map.groupBy(await gear.known(concerned), ({ activity }) => activity);
  const loads = concerned.flatMap((record) => {
    const { gear: inUse } = settingsAt(settings.get(record.athlete)!, record.startMs, record.sport);
    return loadsOf(record, inUse, before.get(record.id) ?? []);
  });
  if (loads.length === 0) return;
  context.signal.throwIfAborted();
  await gear.write(loads, context.epoch);
  const facts = loads.map((load) => factOf(load, context));
  await publishFacts(deps, facts, context.signal);
}

function factOf(load: GearLoad, { epoch, knownAtMs }: LoadsContext): GearFact {
  const { revision, endMs } = load;
  const entity = gearLoadId(load);
  return { kind: 'gear.load', entity, revision, epoch, eventTimeMs: endMs, knownAtMs, versions: METRIC_VERSIONS, load };
}
