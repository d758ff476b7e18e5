import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentHash } from '../schemas/frame/columns.ts';
import { createFrameDecoder } from '../schemas/frame/decode.ts';
import { FAULT_NAMES, type Fault, NO_FAULTS, parseFaults } from './faults.ts';
import { createFleet, type FleetPlan } from './fleet.ts';
import { MALFORMED_KINDS } from './malformed.ts';
import { encodeLetter, type Letter, type Step } from './script.ts';

const NOW_MS = Date.UTC(2026, 0, 2);
const plan: FleetPlan = {
  seed: 'script',
  devices: 2,
  durationMs: 1_200_000,
  samplesPerFrame: 10,
  protocols: ['raw'],
  faults: NO_FAULTS,
  pace: { anchorMs: NOW_MS, speed: Number.POSITIVE_INFINITY },
};
const withFaults = (faults: readonly Fault[], rate = 5): FleetPlan => ({ ...plan, faults: { faults, rate } });
const stepsOf = (of: FleetPlan) => createFleet(of).map((device) => [...device.script()]);
const lettersOf = (steps: readonly Step[]) => steps.flatMap((step) => (step.kind === 'letter' ? [step.letter] : []));
const bytesOf = (of: FleetPlan) =>
  stepsOf(of).map((steps) =>
    lettersOf(steps).map((letter) => Buffer.from(encodeLetter(letter, NOW_MS)).toString('hex')),
  );
const goodOf = (letters: readonly Letter[]) => [...new Set(letters.filter(({ malformed }) => malformed === null))];

const decoder = createFrameDecoder();
const decode = (bytes: Uint8Array) => decoder.decode(bytes, 0, bytes.length);

test('the same seed gives the same bytes, another seed others', () => {
  const faults = withFaults(parseFaults(['all']));
  assert.deepEqual(bytesOf(faults), bytesOf(faults));
  assert.notDeepEqual(bytesOf({ ...faults, seed: 'other' }), bytesOf(faults));
});

test('another anchor moves the times and draws other boots, and the athletes stay the same', () => {
  const [now] = stepsOf(plan).map(lettersOf);
  const laterPlan = { ...plan, pace: { ...plan.pace, anchorMs: NOW_MS + 5_000 } };
  const [later] = stepsOf(laterPlan).map(lettersOf);
  assert.notEqual(later[0].frame.boot, now[0].frame.boot);
  assert.deepEqual(
    later.map(({ frame }) => ({ ...frame, boot: '', timesMs: frame.timesMs.map((timeMs) => timeMs - 5_000) })),
    now.map(({ frame }) => ({ ...frame, boot: '' })),
  );
});

test('without faults a device numbers its frames from 1 in one boot, and nothing lies in the future', () => {
  for (const letters of stepsOf(plan).map(lettersOf)) {
    assert.deepEqual(
      letters.map(({ frame }) => frame.seq),
      letters.map((_, i) => i + 1),
    );
    assert.equal(new Set(letters.map(({ frame }) => frame.boot)).size, 1);
    assert.ok(letters.every(({ frame }) => Math.max(...frame.timesMs) <= NOW_MS));
  }
});

test('whatever goes wrong, good frames keep every rule: they decode, and no two rows share a key', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.subarray(FAULT_NAMES),
      fc.double({ min: 0, max: 20, noNaN: true }),
      (seed, faults, rate) => {
        for (const steps of stepsOf({ ...withFaults(faults, rate), seed, durationMs: 200_000 })) {
          const keys = new Set<string>();
          const frames = new Set<string>();
          for (const letter of goodOf(lettersOf(steps))) {
            const { frame } = letter;
            assert.equal(decode(encodeLetter(letter, NOW_MS)), null);
            assert.ok(!frames.has(`${frame.boot} ${frame.seq}`));
            frames.add(`${frame.boot} ${frame.seq}`);
            for (const timeMs of frame.timesMs) {
              const key = `${frame.boot} ${frame.source} ${timeMs}`;
              assert.ok(!keys.has(key));
              keys.add(key);
            }
          }
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('a letter that leaves later says so in sentMs, on the clock of its own boot, and is otherwise the same', () => {
  const [steps] = stepsOf(withFaults(['clock-step', 'clock-offset']));
  for (const letter of lettersOf(steps)) {
    assert.equal(decode(encodeLetter(letter, NOW_MS)), null);
    const [hash, sentMs] = [contentHash(decoder.frame), decoder.frame.sentMs];
    assert.equal(decode(encodeLetter(letter, NOW_MS + 60_000)), null);
    assert.equal(contentHash(decoder.frame), hash);
    assert.ok(Math.abs(decoder.frame.sentMs - sentMs - 60_000) < 10);
  }
});

/** What shows that a fault happened. */
const SIGNS: Record<Fault, (steps: readonly Step[]) => boolean> = {
  disconnect: (steps) => steps.some(({ kind }) => kind === 'disconnect'),
  'dead-zone': (steps) => steps.some((step) => step.kind === 'dead-zone' && step.letters >= 5),
  duplicate: (steps) => lettersOf(steps).length > new Set(lettersOf(steps)).size,
  'resend-all': (steps) => lettersOf(steps).length >= 1.2 * new Set(lettersOf(steps)).size,
  reorder: (steps) =>
    lettersOf(steps).some(
      ({ frame }, i, all) => i > 0 && frame.boot === all[i - 1].frame.boot && frame.seq < all[i - 1].frame.seq,
    ),
  'clock-offset': (steps) => Math.abs(offsetOf(lettersOf(steps)[0])) >= 2_000,
  'clock-step': (steps) =>
    newBoots(steps).some(([before, after]) => Math.abs(offsetOf(after) - offsetOf(before)) > 1_000),
  reboot: (steps) => newBoots(steps).some(([before, after]) => after.frame.seq === 1 && before.clock === after.clock),
  malformed: (steps) => lettersOf(steps).some(({ malformed }) => malformed !== null),
};
const offsetOf = ({ clock }: Letter) => clock.read(NOW_MS) - NOW_MS;
const newBoots = (steps: readonly Step[]) =>
  lettersOf(steps).flatMap((letter, i, all): [Letter, Letter][] =>
    i > 0 && letter.frame.boot !== all[i - 1].frame.boot ? [[all[i - 1], letter]] : [],
  );

/** What else a fault looks like. */
const MORE_SIGNS: Partial<Record<Fault, readonly Fault[]>> = {
  reboot: ['disconnect'],
  'resend-all': ['disconnect', 'duplicate', 'reorder'],
};

for (const fault of FAULT_NAMES) {
  test(`the fault ${fault} happens when it is switched on, and no other one does`, () => {
    const all = createFleet({ ...withFaults([fault]), devices: 6 }).map((device) => [...device.script()]);
    assert.deepEqual(
      FAULT_NAMES.filter((name) => all.some((steps) => SIGNS[name](steps))),
      FAULT_NAMES.filter((name) => name === fault || MORE_SIGNS[fault]?.includes(name)),
    );
  });
}

test('each kind of malformed frame comes up and is dead for its own reason', () => {
  const letters = createFleet({ ...withFaults(['malformed'], 40), devices: 6 }).flatMap((device) =>
    lettersOf([...device.script()]),
  );
  const found = new Map<string, Set<string | null>>();
  for (const letter of letters) {
    if (letter.malformed === null) continue;
    const { kind, reason } = letter.malformed;
    const decoded = decode(encodeLetter(letter, NOW_MS));
    // These four keep the rules of a frame by itself; it takes more than the frame to know better.
    const needsMore = ['conflict', 'foreign-device', 'too-old', 'from-future'].includes(kind);
    found.set(kind, (found.get(kind) ?? new Set()).add(needsMore && decoded === null ? reason : decoded));
    if (needsMore) assert.equal(decoded, null);
  }
  assert.deepEqual([...found.keys()].sort(), [...MALFORMED_KINDS].sort());
  for (const letter of letters) {
    if (letter.malformed === null) continue;
    assert.deepEqual([...found.get(letter.malformed.kind)!], [letter.malformed.reason], letter.malformed.kind);
  }
});

test('a conflict has the identity and times of the frame before it, and other contents', () => {
  const letters = lettersOf(stepsOf(withFaults(['malformed'], 40))[0]);
  const conflicts = letters.filter(({ malformed }) => malformed?.isConflict);
  assert.ok(conflicts.length > 0);
  for (const conflict of conflicts) {
    const original = letters.find(({ frame, malformed }) => malformed === null && frame === conflict.frame)!;
    assert.ok(letters.indexOf(original) < letters.indexOf(conflict));
    const hashes = [original, conflict].map((letter) => {
      assert.equal(decode(encodeLetter(letter, NOW_MS)), null);
      assert.equal(decoder.frame.nulled, 0, 'the other contents are inside the limits too');
      const { device, bootLow, bootHigh, seq, count, timesMs } = decoder.frame;
      return {
        identity: [device, bootLow, bootHigh, seq, ...timesMs.subarray(0, count)],
        hash: contentHash(decoder.frame),
      };
    });
    assert.deepEqual(hashes[0].identity, hashes[1].identity);
    assert.notEqual(hashes[0].hash, hashes[1].hash);
  }
});
