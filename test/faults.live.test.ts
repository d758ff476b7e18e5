import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';
import { FAULTS } from './faults/catalogue.ts';
import type { Fault } from './faults/fault.ts';
import { runFault } from './faults/run-fault.ts';
import { type Session, startSession } from './faults/session.ts';
import { runSoak } from './faults/soak.ts';

const seed = String(randomInt(1, 2 ** 47));
const say = (line: string) => void process.stdout.write(`${line}\n`);
const kills = FAULTS.map(({ name }) => name).filter((name) => name.startsWith('kill-'));

let session: Session;
before(async () => {
  session = await startSession({ hasDisks: false });
});
after(() => session.end());

test('200,000 samples survive random faults, kill -9 of every process among them', { timeout: 400_000 }, async () => {
  say(`repeat it with: npm run soak -- --seed ${seed} --soak-s 45 --soak-speed 16 --no-disks`);
  const faults = FAULTS.filter(({ isRandom }) => isRandom);
  const plan = { seed, faults, devices: 72, durationMs: 45_000, speed: 16, first: kills, say };
  const { breaches, done, counts } = await runSoak(session, plan);
  assert.deepEqual(breaches, []);
  assert.deepEqual(
    kills.filter((name) => !done[name]),
    [],
  );
  assert.ok(counts.samplesAcknowledged >= 200_000, `${counts.samplesAcknowledged} samples are not enough`);
  assert.ok(counts.resends > 0 && counts.deadLetters > 0 && counts.rollUps > 0, JSON.stringify(counts));
});

test('a store that says it has written and has not is found out', { timeout: 180_000 }, async () => {
  const lie: Fault = {
    name: 'lie',
    title: 'QuestDB says that it has stored and stores nothing',
    promise: 'none',
    isRandom: false,
    async strike({ deployment, wait }) {
      deployment.stores.questdb.setMood({ kind: 'lies' });
      await wait(4_000);
      deployment.stores.questdb.setMood({ kind: 'well' });
    },
  };
  const run = { fault: lie, seed, prefix: 'lie-', say: () => undefined, settleTimeoutMs: 5_000 };
  const { breaches } = await runFault(session, run);
  assert.ok(
    breaches.some((words) => /^questdb: .*"missing":[1-9]/.test(words)),
    breaches.join('\n'),
  );
  assert.ok(
    breaches.some((words) => /^ledger: .*questdb.*"inFlight":[1-9]/.test(words)),
    breaches.join('\n'),
  );
});
