import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KvUnavailableError } from '../../runtime/kv/kv.ts';
import type { Fault } from '../../runtime/memory-faults.ts';
import { LogUnavailableError } from '../../runtime/stream/stream.ts';
import type { ActivityRecord } from '../../schemas/activity.ts';
import { anyArrivals } from '../activities/activity-stream.arbitrary.ts';
import { loadsOf } from '../activities/gear/gear-load.ts';
import { naiveRecords, recordsThatHold } from '../activities/records/naive-records.ts';
import { StoreUnavailableError } from '../sink.ts';
import { createWorld, factsIn, settings } from './history-world.ts';

/** As the older version saw it: a way that was too long, or too short, and climbed too much. */
const aged =
  (times: number) =>
  (record: ActivityRecord): ActivityRecord => {
    if (record.metrics === null) return record;
    const { distance_m, moving_s } = record.metrics;
    const { quality } = moving_s;
    const metrics = {
      ...record.metrics,
      distance_m: { ...distance_m, value: times * (distance_m.value ?? 0) },
      elevation_gain_m: { value: 100 * times, quality },
      best_efforts: {
        value: [{ name: '400 m', distanceM: 400, elapsedS: 50, startS: 0, interpolated: 0, marks: [] }],
        quality,
      },
    };
    return { ...record, metrics };
  };

type World = Awaited<ReturnType<typeof createWorld>>;

function assertAllFollows(world: World): void {
  const activities = world.table.records();
  assert.deepEqual(recordsThatHold(world.claims.claims()), naiveRecords(activities));
  const wanted = activities.flatMap((record) => loadsOf(record, settings.gear ?? [], []));
  const byActivity = (loads: typeof wanted) => loads.sort((a, b) => (a.activity < b.activity ? -1 : 1));
  assert.deepEqual(byActivity(world.gear.loads().filter(({ isCounted }) => isCounted)), byActivity(wanted));
}

/** What a reader holds who applies of each entity the fact with the greatest (epoch, revision). */
async function assertFactsSayTheSame(world: World): Promise<void> {
  const facts = await factsIn(world.facts);
  const claims = facts.flatMap((fact) =>
    'record' in fact ? [{ ...fact.record, epoch: fact.epoch, seq: 0, knownAtMs: fact.knownAtMs }] : [],
  );
  assert.deepEqual(recordsThatHold(claims), recordsThatHold(world.claims.claims()));
  const loads = new Map<string, { revision: number; load: unknown }>();
  for (const fact of facts) {
    if (!('load' in fact)) continue;
    const { entity, revision, load } = fact;
    if (revision > (loads.get(entity)?.revision ?? -1)) loads.set(entity, { revision, load });
  }
  assert.deepEqual(new Set([...loads.values()].map(({ load }) => load)), new Set(world.gear.loads()));
}

const anyFault = fc.constantFrom<Fault>('ok', 'ok', 'ok', 'fail_before', 'fail_after');

test('cut short and run again, records and gear load are those of the activities as they are then', async () => {
  const seen = { withdrawn: 0, takenBack: 0, cut: 0 };
  const property = fc.asyncProperty(
    anyArrivals,
    fc.integer({ min: 1, max: 3 }),
    fc.constantFrom(0.5, 2),
    fc.boolean(),
    fc.array(anyFault, { maxLength: 25 }),
    async (arrivals, nthOld, times, hasGhost, faults) => {
      const world = await createWorld(arrivals, nthOld, { age: aged(times), hasGhost });
      fc.pre(!world.hasStrangers);
      await world.askForRecords();
      await world.holderReads();
      assertAllFollows(world);
      await world.run({ fenceSeq: 60, faults }).catch((error) => {
        const isOut = [StoreUnavailableError, LogUnavailableError, KvUnavailableError].some(
          (kind) => error instanceof kind,
        );
        assert.ok(isOut, String(error));
        seen.cut++;
      });
      await world.holderReads();
      await world.run({ fenceSeq: 70 });
      await world.holderReads();
      assertAllFollows(world);
      await assertFactsSayTheSame(world);
      seen.withdrawn += world.claims.claims().filter(({ status }) => status === 'withdrawn').length;
      seen.takenBack += world.gear.loads().filter(({ isCounted }) => !isCounted).length;

      const before = [world.claims.claims(), world.gear.loads(), (await world.facts.info()).messages];
      await world.run({ fenceSeq: 80 });
      await world.holderReads();
      assert.deepEqual([world.claims.claims(), world.gear.loads(), (await world.facts.info()).messages], before);
    },
  );
  await fc.assert(property, { numRuns: 100 });
  assert.ok(Math.min(...Object.values(seen)) > 10, JSON.stringify(seen));
});
