import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../../runtime/clock.ts';
import { createMemoryLogStore } from '../../../runtime/stream/memory-stream.ts';
import { type AthleteSettings, NO_SETTINGS } from '../../../schemas/athlete-settings.ts';
import type { GearFact } from '../../../schemas/facts.ts';
import { gearLoadId } from '../../../schemas/gear-load.ts';
import { createNames } from '../../../schemas/names.ts';
import { StoreUnavailableError } from '../../sink.ts';
import { activityWith, measured, START_MS } from './gear-world.ts';
import { createMemoryGearTable } from './memory-gear-store.ts';
import { publishLoads } from './publish-loads.ts';

const names = createNames();
const shoesNamed = (id: string): AthleteSettings => ({
  version: 3,
  gear: [{ id, kind: 'shoes', name: id, defaultFor: ['run'], from: '2026-01-01' }],
});

function createWorld() {
  const table = createMemoryGearTable();
  const facts = createMemoryLogStore(createManualClock(START_MS), {
    name: names.factsStream,
    subjects: [names.factsFilter],
    ...{ maxBytes: 0, duplicateWindowMs: 120_000, metadata: {}, replicas: 1 },
  }).open();
  const settings = new Map<string, AthleteSettings>();
  const faults = { isDown: false };
  const store = table.open(() => (faults.isDown ? 'fail_before' : 'ok'));
  const settingsOf = (athlete: string) => settings.get(athlete) ?? NO_SETTINGS;
  return {
    ...{ table, settings, faults },
    publish: (...records: Parameters<typeof publishLoads>[1]) =>
      publishLoads({ gear: store, facts, names, settingsOf }, records, {
        ...{ epoch: 2, knownAtMs: START_MS + 9_000_000, signal: new AbortController().signal },
      }),
    async facts(): Promise<GearFact[]> {
      const { messages } = await facts.info();
      const found: GearFact[] = [];
      if (messages === 0) return found;
      const signal = new AbortController().signal;
      for await (const { data } of facts.readFrom({ subjects: [names.factsFilter], fromSeq: 1, signal })) {
        found.push(JSON.parse(Buffer.from(data).toString('utf8')));
        if (found.length === messages) break;
      }
      return found;
    },
  };
}

test('each revision of an activity counts anew on the gear in use, and a repeat says nothing new', async () => {
  const { publish, settings, table, facts } = createWorld();
  settings.set('ann', shoesNamed('racers'));
  const first = activityWith({ distance_m: measured(9_000) });
  const later = activityWith({ distance_m: measured(10_000) }, { revision: 41 });
  const others = activityWith({ distance_m: measured(5_000) }, { athlete: 'ben' });
  await publish(first, others);
  await publish(first);
  await publish(later);
  await publish(first);
  assert.deepEqual(
    table.loads().map(({ gear, revision, distanceM, isCounted }) => [gear, revision, distanceM, isCounted]),
    [['racers', 41, 10_000, true]],
  );
  const [one, two, ...more] = await facts();
  assert.deepEqual(more, []);
  const entity = gearLoadId({ athlete: 'ann', gear: 'racers', activity: first.id });
  assert.deepEqual(
    [one, two].map((fact) => [fact.kind, fact.entity, fact.revision, fact.epoch, fact.eventTimeMs, fact.knownAtMs]),
    [40, 41].map((revision) => ['gear.load', entity, revision, 2, START_MS + 3_600_000, START_MS + 9_000_000]),
  );
  assert.deepEqual(two.load, table.loads()[0]);
});

test('other gear that is stated later takes over with the next revision, and a withdrawal takes all back', async () => {
  const { publish, settings, table } = createWorld();
  settings.set('ann', shoesNamed('racers'));
  await publish(activityWith({ distance_m: measured(9_000) }));
  settings.set('ann', shoesNamed('trainers'));
  await publish(activityWith({ distance_m: measured(9_000) }, { revision: 41 }));
  const counted = () =>
    table
      .loads()
      .filter(({ isCounted }) => isCounted)
      .map(({ gear }) => gear);
  assert.deepEqual(counted(), ['trainers']);
  await publish(activityWith({}, { revision: 42, status: 'withdrawn', metrics: null }));
  assert.deepEqual(counted(), []);
});

test('what was taken back, and not published because the process was killed, is with the next revision', async () => {
  const { publish, settings, table, facts } = createWorld();
  settings.set('ann', shoesNamed('racers'));
  const record = activityWith({ distance_m: measured(9_000) });
  await publish(record);
  const [counted] = table.loads();
  await table.open().write([{ ...counted, revision: 41, isCounted: false }], 2);
  await publish({ ...record, revision: 42, status: 'withdrawn', metrics: null });
  const newest = (await facts()).at(-1)!;
  assert.deepEqual([newest.revision, newest.load.gear, newest.load.isCounted], [42, 'racers', false]);
});

test('a store that is out of reach is said so, and nothing is published before it has the loads', async () => {
  const { publish, settings, faults, facts } = createWorld();
  settings.set('ann', shoesNamed('racers'));
  faults.isDown = true;
  await assert.rejects(publish(activityWith({})), StoreUnavailableError);
  assert.deepEqual(await facts(), []);
  faults.isDown = false;
  await publish(activityWith({}));
  assert.equal((await facts()).length, 1);
});
