import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../../../runtime/clock.ts';
import type { Fault } from '../../../runtime/memory-faults.ts';
import { createMemoryLogStore } from '../../../runtime/stream/memory-stream.ts';
import { LogUnavailableError } from '../../../runtime/stream/stream.ts';
import { type ActivityRecord, activityId } from '../../../schemas/activity.ts';
import type { RecordFact } from '../../../schemas/facts.ts';
import { createNames } from '../../../schemas/names.ts';
import { compareEfforts } from '../../../schemas/record.ts';
import { StoreUnavailableError } from '../../sink.ts';
import { createMemoryActivityTable } from '../memory-activity-store.ts';
import { createMemoryRecordTable } from './memory-record-store.ts';
import { naiveRecords, recordsThatHold } from './naive-records.ts';
import { publishClaims } from './record-facts.ts';
import { finished, live, type Named, type Shown, withdrawn } from './record-world.ts';
import { DEFAULT_RECORD_OPTIONS, type LiveAthlete, ShardRecords } from './shard-records.ts';

const START_MS = Date.UTC(2026, 5, 1, 8);
const names = createNames();
const ATHLETES = ['ann', 'ben'] as const;

const named = (athlete: string, nth: number): Named => {
  const startMs = START_MS + nth * 7_200_000;
  return { athlete, id: activityId(athlete, startMs), startMs };
};

/** One message of the shard, and what it does to an athlete's activities. */
type Happening =
  | { readonly do: 'go_on'; readonly athlete: number; readonly shown: Shown; readonly lengthS: number }
  | { readonly do: 'end'; readonly athlete: number }
  /** Computed again after a crash it may show something else: more is stored by then. */
  | {
      readonly do: 'revise';
      readonly athlete: number;
      readonly which: number;
      readonly shown: Shown;
      readonly later: Shown;
    }
  | { readonly do: 'withdraw'; readonly athlete: number; readonly which: number }
  | { readonly do: 'pass' };

const anyShown: fc.Arbitrary<Shown> = fc.record({
  sport: fc.constantFrom('run' as const, 'run' as const, 'ride' as const, 'other' as const),
  values: fc.tuple(
    ...[80, 250, 400, 5_000, 90].map((least) => fc.option(fc.integer({ min: least, max: least + 4 }), { freq: 4 })),
  ),
  marked: fc.uniqueArray(fc.nat(4), { maxLength: 2 }),
});
const anyAthlete = fc.nat(1);
const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('go_on' as const),
      athlete: anyAthlete,
      shown: anyShown,
      lengthS: fc.integer({ min: 1, max: 2_000 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), athlete: anyAthlete }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('revise' as const),
      athlete: anyAthlete,
      which: fc.nat(5),
      shown: anyShown,
      later: anyShown,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('withdraw' as const), athlete: anyAthlete, which: fc.nat(5) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const) }) },
);

const anyFault = fc.constantFrom<Fault>('fail_before', 'fail_after');
const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('apply' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('emit' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('checkpoint' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      call: fc.constantFrom('records.newest', 'records.best', 'records.since', 'records.write', 'publish'),
      fault: anyFault,
    }),
  },
);

type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** The stores, which outlive every holder of the shard. */
function createWorld() {
  const table = createMemoryActivityTable(() => []);
  const records = createMemoryRecordTable(() => table.records());
  const facts = createMemoryLogStore(createManualClock(START_MS), {
    name: names.factsStream,
    subjects: [names.factsFilter],
    maxBytes: 0,
    duplicateWindowMs: 120_000,
    metadata: {},
    replicas: 1,
  });
  let fault: { call: string; fault: Fault } | null = null;
  const faults = (call: string) => {
    if (fault?.call !== call) return 'ok';
    const { fault: found } = fault;
    fault = null;
    return found;
  };
  return {
    activities: table.open(),
    stored: () => table.records(),
    records,
    store: records.open(faults),
    log: facts.open({ faults }),
    fail(call: string, next: Fault) {
      fault = { call, fault: next };
    },
    async facts(): Promise<RecordFact[]> {
      const found: RecordFact[] = [];
      const reading = new AbortController();
      const { messages } = await facts.open().info();
      if (messages === 0) return found;
      for await (const message of facts.open().readFrom({
        subjects: [names.factsFilter],
        fromSeq: 1,
        signal: reading.signal,
      })) {
        found.push(JSON.parse(Buffer.from(message.data).toString('utf8')));
        if (found.length === messages) break;
      }
      return found;
    },
  };
}
type World = ReturnType<typeof createWorld>;

/** A holder: what follows from the first `at` happenings, and the records. */
function hold(
  world: World,
  happenings: readonly Happening[],
  epoch: number,
  kept: { at: number; part?: Uint8Array; waiting: ActivityRecord[] },
) {
  const records = new ShardRecords(
    {
      store: world.store,
      options: { ...DEFAULT_RECORD_OPTIONS, maxBooks: 1, maxAthletesPerRead: 1 },
      minActivityS: 60,
      publish: (claims, signal) => publishClaims({ facts: world.log, names }, claims, signal),
    },
    kept.part,
  );
  const signal = new AbortController().signal;
  let part = kept.part;
  let at = 0;
  const going = new Map<string, { named: Named; shown: Shown; lengthS: number }>();
  const counts = new Map<string, number>();
  let waiting: ActivityRecord[] = [];

  function apply(one: Happening): void {
    const seq = ++at;
    if (one.do === 'pass') return;
    const athlete = ATHLETES[one.athlete];
    const count = counts.get(athlete) ?? 0;
    const now = going.get(athlete);
    if (one.do === 'go_on') {
      const next = now === undefined ? named(athlete, count) : now.named;
      if (now === undefined) counts.set(athlete, count + 1);
      going.set(athlete, { named: next, shown: one.shown, lengthS: one.lengthS });
    } else if (one.do === 'end') {
      if (now === undefined) return;
      going.delete(athlete);
      waiting.push(finished(now.named, now.shown, 2 * seq));
    } else if (count > 0) {
      const which = named(athlete, one.which % count);
      if (now?.named.id === which.id) return;
      if (one.do === 'withdraw') waiting.push(withdrawn(which, 2 * seq + 1));
      else waiting.push(finished(which, epoch === 1 ? one.shown : one.later, 2 * seq + 1));
    }
  }

  for (const one of happenings.slice(0, kept.at)) apply(one);
  waiting = [...kept.waiting];
  const active = (): Map<string, LiveAthlete> =>
    new Map([...going].map(([key, one]) => [key, live(one.named, one.shown, one.lengthS)]));

  return {
    apply(count: number) {
      for (const one of happenings.slice(at, at + count)) apply(one);
    },
    async emit(): Promise<boolean> {
      try {
        const context = { epoch, seq: at, signal };
        const nowMs = START_MS + at * 4_000;
        await world.activities.write(waiting, epoch);
        await records.sawEnded(waiting, active(), nowMs, context);
        waiting = [];
        await records.lookAtLive(active(), nowMs, context);
        return true;
      } catch (error) {
        assert.ok(error instanceof StoreUnavailableError || error instanceof LogUnavailableError, String(error));
        return false;
      }
    },
    checkpoint() {
      part = records.takeDirty() ?? part;
      return { at, part, waiting: [...waiting] };
    },
  };
}

/** Plays the steps, then lets time pass until nothing waits any more. */
async function play(script: readonly Happening[], steps: readonly Step[]): Promise<World> {
  const ends: Happening[] = ATHLETES.map((_, athlete) => ({ do: 'end', athlete }));
  const happenings = [...script, ...ends, ...Array.from({ length: 8 }, () => ({ do: 'pass' }) as const)];
  const world = createWorld();
  let epoch = 1;
  let kept: Parameters<typeof hold>[3] = { at: 0, waiting: [] };
  let holder = hold(world, happenings, epoch, kept);
  for (const step of steps) {
    if (step.do === 'apply') holder.apply(step.count);
    if (step.do === 'fail') world.fail(step.call, step.fault);
    if (step.do === 'emit') await holder.emit();
    if (step.do === 'checkpoint' && (await holder.emit())) kept = holder.checkpoint();
    if (step.do === 'crash') holder = hold(world, happenings, ++epoch, kept);
  }
  world.fail('nothing', 'ok');
  for (let round = 0; round < happenings.length + 2; round++) {
    holder.apply(1);
    assert.ok(await holder.emit());
  }
  return world;
}

test('whatever is revised, withdrawn, fails or crashes, in the end the best efforts without marks hold', async () => {
  const seen = { claims: 0, withdrawn: 0, live: 0 };
  const property = fc.asyncProperty(
    fc.array(anyHappening, { minLength: 1, maxLength: 30 }),
    fc.array(anyStep, { maxLength: 40 }),
    async (script, steps) => {
      const world = await play(script, steps);
      const claims = world.records.claims();
      const wanted = naiveRecords(world.stored());
      assert.deepEqual(recordsThatHold(claims), wanted);
      const facts = await world.facts();
      const told = facts.map(({ record, epoch, knownAtMs }) => ({ ...record, epoch, knownAtMs, seq: 0 }));
      assert.deepEqual(recordsThatHold(told), wanted);
      seen.claims += claims.length;
      seen.withdrawn += claims.filter(({ status }) => status === 'withdrawn').length;
      const endedAt = new Set(world.stored().map(({ id, revision }) => `${id} ${revision}`));
      seen.live += claims.filter((one) => !endedAt.has(`${one.activity} ${one.activityRevision}`)).length;
    },
  );
  await fc.assert(property, { numRuns: 800 });
  assert.ok(Math.min(...Object.values(seen)) > 500, JSON.stringify(seen));
});

/** An activity that gets better and better, and ends. */
const anyProgress = fc
  .record({ athlete: anyAthlete, values: fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }), endsAfter: fc.nat(3) })
  .map(({ athlete, values, endsAfter }): Happening[] => {
    const shown = values.map((_, i): Shown => {
      const best = Math.max(...values.slice(0, i + 1));
      return { sport: 'run', values: [90 - best, null, 400 + best, 5_000 + best, null], marked: [] };
    });
    const goOn = shown.map((one, i): Happening => ({ do: 'go_on', athlete, shown: one, lengthS: 100 * (i + 1) }));
    return [...goOn, ...Array.from({ length: endsAfter }, () => ({ do: 'pass' }) as const), { do: 'end', athlete }];
  });

test('what only gets better is never withdrawn, and no claim is worse than the last, whatever fails', async () => {
  const property = fc.asyncProperty(
    fc.array(anyProgress, { minLength: 1, maxLength: 6 }),
    fc.array(anyStep, { maxLength: 50 }),
    async (progress, steps) => {
      const world = await play(progress.flat(), steps);
      const facts = (await world.facts()).sort((a, b) => a.revision - b.revision);
      assert.deepEqual(
        facts.filter(({ kind }) => kind === 'record.withdrawn'),
        [],
      );
      for (const all of Map.groupBy(facts, ({ entity }) => entity).values()) {
        for (const [i, { record, revision }] of all.entries()) {
          assert.equal(revision, i + 1);
          if (i === 0) assert.equal(record.replaces, null);
          else {
            assert.ok(compareEfforts(record.kind, record, all[i - 1].record) < 0);
            assert.equal(record.replaces?.value, all[i - 1].record.value);
          }
        }
      }
      assert.deepEqual(recordsThatHold(world.records.claims()), naiveRecords(world.stored()));
    },
  );
  await fc.assert(property, { numRuns: 400 });
});

const run = (value400: number | null): Shown => ({
  sport: 'run',
  values: [value400, null, null, null, null],
  marked: [],
});

test('what a recompute finds while messages are folded in again counts once they have caught up', async () => {
  const world = createWorld();
  const happenings: Happening[] = [
    { do: 'go_on', athlete: 0, shown: run(84), lengthS: 200 },
    { do: 'end', athlete: 0 },
    { do: 'revise', athlete: 0, which: 0, shown: run(84), later: run(80) },
    { do: 'go_on', athlete: 0, shown: run(82), lengthS: 200 },
    { do: 'pass' },
    { do: 'pass' },
  ];
  const first = hold(world, happenings, 1, { at: 0, waiting: [] });
  for (let i = 0; i < happenings.length; i++) {
    first.apply(1);
    assert.ok(await first.emit());
  }
  const second = hold(world, happenings, 2, { at: 0, waiting: [] });
  for (let i = 0; i < happenings.length; i++) {
    second.apply(1);
    assert.ok(await second.emit());
  }
  assert.deepEqual(
    (await world.facts()).map(({ kind, record: { value, replaces } }) => [kind, value, replaces?.value]),
    [
      ['record.set', 84, undefined],
      ['record.set', 82, 84],
      ['record.set', 80, 82],
    ],
  );
});

test('an activity stored before its messages are folded in again is not taken back by its own beginning', async () => {
  const world = createWorld();
  const happenings: Happening[] = [
    { do: 'go_on', athlete: 0, shown: run(90), lengthS: 100 },
    { do: 'end', athlete: 0 },
    { do: 'go_on', athlete: 0, shown: run(90), lengthS: 100 },
    { do: 'go_on', athlete: 0, shown: run(89), lengthS: 200 },
    { do: 'end', athlete: 0 },
  ];
  const first = hold(world, happenings, 1, { at: 0, waiting: [] });
  first.apply(happenings.length);
  world.fail('records.newest', 'fail_before');
  assert.equal(await first.emit(), false);
  const second = hold(world, happenings, 2, { at: 0, waiting: [] });
  for (let i = 0; i < happenings.length; i++) {
    second.apply(1);
    assert.ok(await second.emit());
  }
  assert.deepEqual(
    (await world.facts()).map(({ kind, record: { value } }) => [kind, value]),
    [['record.set', 89]],
  );
});

test('a claim that was stored though the store failed is taken back when nothing shows it any more', async () => {
  const world = createWorld();
  const happenings: Happening[] = [
    { do: 'go_on', athlete: 0, shown: run(80), lengthS: 200 },
    { do: 'go_on', athlete: 0, shown: run(null), lengthS: 200 },
    { do: 'end', athlete: 0 },
  ];
  const holder = hold(world, happenings, 1, { at: 0, waiting: [] });
  holder.apply(1);
  world.fail('records.write', 'fail_after');
  assert.equal(await holder.emit(), false);
  holder.apply(1);
  await holder.emit();
  holder.apply(1);
  assert.ok(await holder.emit());
  assert.deepEqual(
    (await world.facts()).map(({ kind, record: { value }, revision }) => [kind, value, revision]),
    [
      ['record.set', 80, 1],
      ['record.withdrawn', 80, 2],
    ],
  );
});
