import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDraftBox, DraftsFullError } from './draft-box.ts';
import type { EnteredWorkout } from './workout-api.ts';

const HOUR_MS = 3_600_000;

function workout(name: string): EnteredWorkout {
  return {
    ...{ sport: 'run', localStart: '2026-06-08T18:30', timeZone: 'Europe/Vienna', durationS: 1_800, distanceM: 5_000 },
    ...{ climbM: null, averageHeartRateBpm: null, energyKcal: null, name, notes: '', effort: null },
    visibility: 'private',
  };
}

class Refusal extends Error {}

/** A server that enters once under a key, for a day, and a browser; each attempt fares as `fares` says. */
function setUp() {
  const kept = new Map<string, string>();
  const shelf = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
  };
  const entered: string[] = [];
  const keys = new Map<string, number>();
  let nowMs = 1_000_000;
  let number = 0;
  const own = {
    kept,
    entered,
    fares: (): 'well' | 'lost' | 'answer lost' | 'refused' => 'well',
    wait(ms: number) {
      nowMs += ms;
    },
    box: (account = 'ann') =>
      createDraftBox({
        ...{ shelf, account, nowMs: () => nowMs, newKey: () => `key-${++number}` },
        async send({ name }, key) {
          const fares = own.fares();
          if (fares === 'lost') throw new TypeError('no network');
          if (fares === 'refused') throw new Refusal('too long');
          const enteredMs = keys.get(key);
          if (enteredMs === undefined || nowMs - enteredMs > 24 * HOUR_MS) {
            keys.set(key, nowMs);
            entered.push(name);
          }
          if (fares === 'answer lost') throw new TypeError('no network');
        },
        async isThere({ name }) {
          if (own.fares() === 'lost') throw new TypeError('no network');
          return entered.includes(name);
        },
        judge: (error) => (error instanceof Refusal ? error.message : null),
      }),
  };
  return own;
}

test('what was written without a network is sent when there is one, the oldest first', async () => {
  const own = setUp();
  own.fares = () => 'lost';
  own.box().keep(workout('first'));
  own.box().keep(workout('second'));
  assert.equal(await own.box().sendAll(), 0);
  assert.deepEqual(
    own
      .box()
      .all()
      .map(({ workout: { name }, refused }) => [name, refused]),
    [
      ['first', null],
      ['second', null],
    ],
  );
  own.fares = () => 'well';
  assert.equal(await own.box().sendAll(), 2);
  assert.deepEqual([own.entered, own.box().all()], [['first', 'second'], []]);
});

test('what the server will not have stays with its reason, holds up nothing, and is not sent again', async () => {
  const own = setUp();
  const { key } = own.box().keep(workout('bad'));
  own.box().keep(workout('good'));
  const answers = ['refused', 'well', 'well'] as const;
  let asked = 0;
  own.fares = () => answers[asked++];
  assert.equal(await own.box().sendAll(), 1);
  assert.equal(await own.box().sendAll(), 0);
  const [left] = own.box().all();
  assert.deepEqual([left.key, left.refused, asked, own.entered], [key, 'too long', 2, ['good']]);
  own.box().drop(key);
  assert.deepEqual(own.box().all(), []);
});

test('nobody else who logs in on this browser sees or sends them', async () => {
  const own = setUp();
  own.box('ann').keep(workout('hers'));
  assert.deepEqual(own.box('ben').all(), []);
  assert.equal(await own.box('ben').sendAll(), 0);
  assert.equal(own.box('ann').all().length, 1);
});

test('more than fifty are not kept, and it says so', () => {
  const own = setUp();
  for (let n = 0; n < 50; n++) own.box().keep(workout(String(n)));
  assert.throws(() => own.box().keep(workout('one more')), DraftsFullError);
  assert.equal(own.box().all().length, 50);
});

test('however attempts fare and however long it takes, each draft is entered exactly once', async () => {
  const fate = fc.constantFrom('well' as const, 'lost' as const, 'answer lost' as const);
  const step = fc.record({
    fates: fc.array(fate, { minLength: 1, maxLength: 6 }),
    waitHours: fc.integer({ min: 0, max: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 8 }), async (drafts, steps) => {
      const own = setUp();
      const names = Array.from({ length: drafts }, (_, n) => `draft ${n}`);
      for (const name of names) own.box().keep(workout(name));
      for (const { fates, waitHours } of steps) {
        let next = 0;
        own.fares = () => fates[next++ % fates.length];
        await own.box().sendAll();
        own.wait(waitHours * HOUR_MS);
      }
      own.fares = () => 'well';
      await own.box().sendAll();
      assert.deepEqual([own.entered.toSorted(), own.box().all()], [names, []]);
    }),
  );
});
