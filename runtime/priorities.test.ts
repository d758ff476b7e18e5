import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { keys } from '../schemas/names.ts';
import { createManualClock } from './clock.ts';
import { createMemoryKvStore } from './kv/memory-kv.ts';
import { createMemoryLog } from './log.ts';
import type { Fault } from './memory-faults.ts';
import { createPriorities, readPriorities, setPriority } from './priorities.ts';

const NOW_MS = 1_800_000_000_000;

function setUp(t: TestContext, { maxSettings }: { maxSettings?: number } = {}) {
  const clock = createManualClock(NOW_MS);
  const store = createMemoryKvStore(clock, { bucket: 'CONFIG', ttlMs: 0, maxBytes: 0, replicas: 1 });
  const { log: logger, records } = createMemoryLog();
  const kv = store.open();
  let fault: Fault = 'ok';
  const watched = store.open(() => fault);
  const priorities = createPriorities({ kv: watched, clock, logger, maxSettings, random: () => 0.5 });
  t.after(() => priorities.stop());
  return {
    clock,
    store,
    kv,
    priorities,
    fail: (next: Fault) => {
      fault = next;
    },
    messages: () => records.filter(({ level }) => level !== 'info').map(({ msg }) => msg),
  };
}

const race = { priority: 'race', untilMs: null } as const;
const background = { priority: 'background', untilMs: null } as const;

test("a device's own priority counts before its athlete's, and without either it is a live workout", async (t) => {
  const { clock, kv, priorities } = setUp(t);
  await setPriority(kv, keys.priority('athlete', 'ann'), race);
  await setPriority(kv, keys.priority('device', 'scale'), background);
  await clock.advance(0);
  const said = [priorities.of('watch', 'ann'), priorities.of('scale', 'ann'), priorities.of('watch', '')];
  assert.deepEqual(said, ['race', 'background', 'live']);
});

test('a change is told at once, has the next version, and can be taken back', async (t) => {
  const { clock, kv, priorities } = setUp(t);
  const key = keys.priority('device', 'watch');
  await clock.advance(0);
  const versions = [priorities.version];
  const answers: unknown[] = [];
  const change = async (work: Promise<unknown>) => {
    const setting = await work;
    await clock.advance(0);
    answers.push([priorities.of('watch', ''), setting]);
    versions.push(priorities.version);
  };
  await change(setPriority(kv, key, race));
  await change(setPriority(kv, key, background));
  answers.push(await readPriorities(kv));
  await change(kv.delete(key));
  assert.deepEqual(answers, [
    ['race', { version: 1, ...race }],
    ['background', { version: 2, ...background }],
    new Map([[key, { version: 2, ...background }]]),
    ['live', undefined],
  ]);
  assert.equal(new Set(versions).size, versions.length, 'each change is a new version');
});

test('a priority ends by itself at its hour, and connections hear of it', async (t) => {
  const { clock, kv, priorities } = setUp(t);
  await setPriority(kv, keys.priority('device', 'watch'), { priority: 'race', untilMs: NOW_MS + 3_600_000 });
  await clock.advance(3_599_999);
  const { version } = priorities;
  assert.equal(priorities.of('watch', ''), 'race');
  await clock.advance(1);
  assert.equal(priorities.of('watch', ''), 'live');
  await clock.advance(1_000);
  assert.ok(priorities.version > version);
});

test('out of reach, what is known goes on counting, and what changed is learnt afterwards', async (t) => {
  const { clock, store, kv, priorities, fail, messages } = setUp(t);
  await setPriority(kv, keys.priority('device', 'watch'), race);
  await setPriority(kv, keys.priority('device', 'phone'), race);
  await clock.advance(0);
  fail('fail_before');
  store.loseWatches();
  await clock.advance(10_000);
  assert.equal(priorities.of('watch', ''), 'race');
  await kv.delete(keys.priority('device', 'watch'));
  assert.equal(priorities.of('watch', ''), 'race');
  fail('ok');
  await clock.advance(10_000);
  assert.deepEqual([priorities.of('watch', ''), priorities.of('phone', '')], ['live', 'race']);
  assert.match(String(messages()[0]), /out of reach/);
});

test('what cannot be read, or is one too many, counts as not said', async (t) => {
  const { clock, kv, priorities, messages } = setUp(t, { maxSettings: 1 });
  await kv.put('priority.device.broken', Buffer.from('{"priority":"race"}'));
  await setPriority(kv, keys.priority('device', 'first'), race);
  await setPriority(kv, keys.priority('device', 'second'), race);
  await clock.advance(0);
  const said = ['broken', 'first', 'second'].map((device) => priorities.of(device, ''));
  assert.deepEqual(said, ['live', 'race', 'live']);
  assert.equal(messages().length, 2);
});
