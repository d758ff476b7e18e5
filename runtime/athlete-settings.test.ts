import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { NO_SETTINGS, type StatedSettings } from '../schemas/athlete-settings.ts';
import { SettingsError } from '../schemas/check-settings.ts';
import { keys } from '../schemas/names.ts';
import {
  readAthleteSettings,
  SettingsChangedError,
  setAthleteSettings,
  setProfileSettings,
  watchAthleteSettings,
} from './athlete-settings.ts';
import { createManualClock } from './clock.ts';
import { ConfigUnknownError } from './config-view.ts';
import { createMemoryKvStore } from './kv/memory-kv.ts';
import { createMemoryLog } from './log.ts';
import type { Fault } from './memory-faults.ts';

function setUp(t: TestContext, bounds: { maxAthletes?: number; maxBytes?: number } = {}) {
  const clock = createManualClock(1_800_000_000_000);
  const store = createMemoryKvStore(clock, { bucket: 'CONFIG', ttlMs: 0, maxBytes: 0, replicas: 1 });
  const { log: logger, records } = createMemoryLog();
  const kv = store.open();
  let fault: Fault = 'ok';
  const watched = store.open(() => fault);
  const open = () => {
    const settings = watchAthleteSettings({ kv: watched, clock, logger, random: () => 0.5, ...bounds });
    t.after(() => settings.stop());
    return settings;
  };
  return {
    ...{ clock, store, kv, open },
    fail: (next: Fault) => {
      fault = next;
    },
    messages: () => records.filter(({ level }) => level !== 'info').map(({ msg }) => String(msg)),
  };
}

const weighing = (weightKg: number): StatedSettings => ({ body: [{ from: '2026-01-01', weightKg }] });

test('what an athlete states is told, each change as the next version, also when it is taken back', async (t) => {
  const { clock, kv, open } = setUp(t);
  await setAthleteSettings(kv, 'bob', weighing(80));
  const settings = open();
  await settings.untilKnown(1_000);
  const seen = [settings.of('ann'), settings.of('bob')];
  const revisions = [settings.revisionOf('ann')];
  for (const stated of [weighing(60), weighing(61), {}, weighing(62)]) {
    await setAthleteSettings(kv, 'ann', stated);
    await clock.advance(0);
    seen.push(settings.of('ann'));
    revisions.push(settings.revisionOf('ann'));
  }
  assert.deepEqual(seen, [
    NO_SETTINGS,
    { version: 1, ...weighing(80) },
    { version: 1, ...weighing(60) },
    { version: 2, ...weighing(61) },
    { version: 3 },
    { version: 4, ...weighing(62) },
  ]);
  assert.equal(new Set(revisions).size, revisions.length);
  assert.deepEqual(await readAthleteSettings(kv, 'ann'), { version: 4, ...weighing(62) });
  assert.deepEqual(await readAthleteSettings(kv, 'nobody'), NO_SETTINGS);
});

test('who changes what they looked at does not undo what another wrote meanwhile', async (t) => {
  const { kv } = setUp(t);
  await setAthleteSettings(kv, 'ann', weighing(60), 0);
  await setAthleteSettings(kv, 'ann', weighing(61));
  await assert.rejects(setAthleteSettings(kv, 'ann', weighing(62), 1), SettingsChangedError);
  assert.deepEqual(await readAthleteSettings(kv, 'ann'), { version: 2, ...weighing(61) });
});

test('out of reach, what is known goes on counting, and who needs to know waits only so long', async (t) => {
  const { clock, store, kv, open, fail, messages } = setUp(t);
  await setAthleteSettings(kv, 'ann', weighing(60));
  const settings = open();
  await settings.untilKnown(1_000);
  fail('fail_before');
  store.loseWatches();
  const late = open();
  const waiting = assert.rejects(late.untilKnown(5_000), ConfigUnknownError);
  await setAthleteSettings(kv, 'ann', weighing(61));
  await clock.advance(5_000);
  await waiting;
  assert.deepEqual(settings.of('ann'), { version: 1, ...weighing(60) });
  fail('ok');
  await clock.advance(10_000);
  await late.untilKnown(1);
  assert.deepEqual(
    [settings.of('ann'), late.of('ann')].map(({ version }) => version),
    [2, 2],
  );
  assert.match(messages()[0], /out of reach/);
});

test('what cannot be read, or is more than is kept, counts as not stated', async (t) => {
  const { clock, kv, open, messages } = setUp(t, { maxAthletes: 2, maxBytes: 200 });
  const settings = open();
  await kv.put(keys.athleteSettings('broken'), Buffer.from('{"version":1,"zones":[]}'));
  await setAthleteSettings(kv, 'ann', weighing(60));
  await setAthleteSettings(kv, 'third', weighing(70));
  await clock.advance(0);
  const versions = () => ['broken', 'ann', 'third'].map((athlete) => settings.of(athlete).version);
  assert.deepEqual(versions(), [0, 1, 0]);
  await assert.rejects(readAthleteSettings(kv, 'broken'), SettingsError);
  const wordy: StatedSettings = {
    gear: [{ id: 'a', kind: 'shoes', name: 'x'.repeat(100), defaultFor: ['run'], from: '2026-01-01' }],
  };
  await setAthleteSettings(kv, 'ann', wordy);
  await setAthleteSettings(kv, 'broken', weighing(50));
  await clock.advance(0);
  // Of the version that is not kept nothing older may count instead.
  assert.deepEqual(versions(), [2, 0, 0]);
  assert.equal(messages().length, 3);
});

test('profiles in any order, again and at once, leave the newest beside what is stated elsewhere', async (t) => {
  const gear = [{ id: 'red', kind: 'shoes', name: 'Red', defaultFor: ['run'], from: '2026-01-01' }] satisfies object[];
  const elsewhere = { gear } as StatedSettings;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }),
      fc.nat(12),
      fc.boolean(),
      async (versions, statedAfter, atOnce) => {
        const { kv } = setUp(t);
        const deliver = (version: number) => setProfileSettings(kv, 'ann', weighing(50 + version), version);
        let changes = 1;
        for (const [i, version] of versions.entries()) {
          if (i === statedAfter) {
            const { version: _, ...before } = await readAthleteSettings(kv, 'ann');
            await setAthleteSettings(kv, 'ann', { ...before, ...elsewhere });
            changes += 1;
          }
          const both = atOnce ? [deliver(version), deliver(version)] : [deliver(version)];
          changes += (await Promise.all(both)).filter((done) => done !== null).length;
        }
        const newest = Math.max(...versions);
        const expected = { ...weighing(50 + newest), ...(statedAfter < versions.length && elsewhere) };
        assert.deepEqual(await readAthleteSettings(kv, 'ann'), { version: changes - 1, ...expected });
      },
    ),
    { numRuns: 50 },
  );
});

test('a profile that cannot be together with what is stated elsewhere is refused whole', async (t) => {
  const { kv } = setUp(t);
  await setProfileSettings(kv, 'ann', weighing(60), 1);
  const wrong = { body: [{ from: '2026-02-30', weightKg: 60 }] };
  await assert.rejects(setProfileSettings(kv, 'ann', wrong, 2), SettingsError);
  assert.deepEqual(await readAthleteSettings(kv, 'ann'), { version: 1, ...weighing(60) });
  await kv.put(keys.athleteSettings('ann'), Buffer.from('{"version":7,"colour":"red"}'));
  assert.deepEqual(await setProfileSettings(kv, 'ann', weighing(61), 2), { version: 8, ...weighing(61) });
});
