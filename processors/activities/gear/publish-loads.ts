import type { MessageLog } from '../../../runtime/stream/stream.ts';
import type { ActivityRecord } from '../../../schemas/activity.ts';
import type { AthleteSettings } from '../../../schemas/athlete-settings.ts';
import { factMessageId, type GearFact } from '../../../schemas/facts.ts';
import { type GearLoad, gearLoadId } from '../../../schemas/gear-load.ts';
import type { Names } from '../../../schemas/names.ts';
import { settingsAt } from '../../../schemas/settings-at.ts';
import { METRIC_VERSIONS } from '../metrics/versions.ts';
import { loadsOf } from './gear-load.ts';
import type { GearStore } from './gear-store.ts';

export interface LoadsDeps {
  readonly gear: GearStore;
  readonly facts: MessageLog;
  readonly names: Pick<Names, 'fact'>;
  settingsOf(athlete: string): AthleteSettings;
}

export interface LoadsContext {
  readonly epoch: number;
  /** Message time of the last message that they follow from. */
  readonly knownAtMs: number;
  readonly signal: AbortSignal;
}

/** Publishes that are under way at a time. */
const MAX_IN_FLIGHT = 64;
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
  const { gear, facts, names } = deps;
  const settings = new Map(records.map(({ athlete }) => [athlete, deps.settingsOf(athlete)]));
  // Whoever never stated anything has no gear, and had none.
  const concerned = records.filter(({ athlete }) => settings.get(athlete)!.version > 0);
  if (concerned.length === 0) return;
  const before = Map.groupBy(await gear.counted(concerned), ({ activity }) => activity);
  const loads = concerned.flatMap((record) => {
    const { gear: inUse } = settingsAt(settings.get(record.athlete)!, record.startMs, record.sport);
    return loadsOf(record, inUse, before.get(record.id) ?? []);
  });
  if (loads.length === 0) return;
  context.signal.throwIfAborted();
  await gear.write(loads, context.epoch);
  for (let from = 0; from < loads.length; from += MAX_IN_FLIGHT) {
    context.signal.throwIfAborted();
    const published = loads.slice(from, from + MAX_IN_FLIGHT).map((load) => {
      const fact = factOf(load, context);
      const options = { msgId: factMessageId(fact), headers: {} };
      return facts.publish(names.fact(fact.kind, fact.entity), Buffer.from(JSON.stringify(fact)), options);
    });
    await Promise.all(published);
  }
}

function factOf(load: GearLoad, { epoch, knownAtMs }: LoadsContext): GearFact {
  const { revision, endMs } = load;
  const entity = gearLoadId(load);
  return { kind: 'gear.load', entity, revision, epoch, eventTimeMs: endMs, knownAtMs, versions: METRIC_VERSIONS, load };
}
