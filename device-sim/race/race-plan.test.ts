import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkRaceSetting, checkStarters } from '../../schemas/race-check.ts';
import { NO_FAULTS } from '../faults.ts';
import { createRandom } from '../random.ts';
import { CHEAT_NAMES } from './cheats.ts';
import { COURSE_SHAPES, makeRaceCourse } from './race-courses.ts';
import { devicesOfRace } from './race-devices.ts';
import { drawRace, type RaceWish } from './race-plan.ts';
import { isWithin, straightM } from './race-truth.ts';

const GUN_MS = 1_800_000_000_000;

function wishOf(own: Partial<RaceWish> = {}): RaceWish {
  return {
    ...{ seed: 'a', id: 'ten', name: 'Ten', athletes: 40, waves: 2, waveGapS: 60, cheats: 1, gps: 'mixed' },
    ...{ hasAthletes: true, course: makeRaceCourse(createRandom('a', 'course'), 'laps', 2_000) },
    ...own,
  };
}

describe('a drawn race', () => {
  test('keeps the rules of races, whatever its course, size and waves', () => {
    const wishes = fc.record({
      seed: fc.string({ maxLength: 8 }),
      shape: fc.constantFrom(...COURSE_SHAPES),
      athletes: fc.integer({ min: 0, max: 30 }),
      waves: fc.integer({ min: 1, max: 6 }),
      cheats: fc.nat(3),
    });
    const isLawful = ({ seed, shape, ...own }: { seed: string; shape: (typeof COURSE_SHAPES)[number] }) => {
      const plan = drawRace(wishOf({ ...own, seed, course: makeRaceCourse(createRandom(seed, 'course'), shape, 900) }));
      const starters = plan.entrants.map(({ starter }) => starter);
      const none = { version: 0, count: 0, chunks: 0 };
      const setting = checkRaceSetting({ ...plan.settingAt(GUN_MS), version: 1, starters: none });
      checkStarters(setting, starters);
      const { closesMs, waves } = setting;
      assert.ok(closesMs! > GUN_MS + plan.untilMs && waves.every(({ gunTimeMs }) => gunTimeMs < closesMs!));
    };
    fc.assert(fc.property(wishes, isLawful), { numRuns: 40 });
  });

  test('is the same for the same wish, and another one for another seed', () => {
    const told = (own: Partial<RaceWish> = {}) =>
      drawRace(wishOf(own)).entrants.map(({ starter, truth, cheat }) => [starter, cheat, truth?.crossedMs(1_000)]);
    assert.deepEqual(told(), told());
    assert.notDeepEqual(told(), told({ seed: 'b' }));
  });

  test('has so many of each cheat as was asked, and each does what its name says', () => {
    const { entrants, line } = drawRace(wishOf({ athletes: 120, cheats: 3 }));
    const of = (name: string) => entrants.filter(({ cheat }) => cheat === name);
    assert.deepEqual(
      CHEAT_NAMES.map((name) => [name, of(name).length]),
      CHEAT_NAMES.map((name) => [name, 3]),
    );
    for (const { truth } of of('cut_course')) {
      const { shortcut } = truth!;
      assert.ok(shortcut!.toM - shortcut!.fromM - straightM(line, shortcut!) >= 150);
      assert.equal(truth!.crossedMs((shortcut!.fromM + shortcut!.toM) / 2), null);
      assert.ok(truth!.crossedMs(line.lengthM) !== null);
    }
    for (const { starter, truth, body, noise } of of('two_devices')) {
      const others = entrants.filter((one) => one.truth === truth && one.starter.bib !== starter.bib);
      assert.deepEqual(
        others.map(({ cheat, starter: { wave } }) => [cheat, wave]),
        [[null, starter.wave]],
      );
      // One body under one sky: one heart, and what walls do to the one they do to the other.
      assert.deepEqual({ body, noise }, { body: others[0].device, noise: others[0].noise });
    }
    const fastest = (positionM: Float64Array) =>
      positionM.reduce((most, atM, i) => (i === 0 ? most : Math.max(most, atM - positionM[i - 1])), 0);
    for (const { truth } of [...of('vehicle'), ...of('impossible_speed')]) assert.ok(fastest(truth!.positionM) > 7.5);
    const honest = entrants.filter(({ cheat, truth }) => cheat === null && truth !== null);
    for (const { truth } of honest) assert.ok(fastest(truth!.positionM) < 7);
  });

  test('has some who drop out and stand where they gave up', () => {
    const { entrants, line } = drawRace(wishOf({ athletes: 300, cheats: 0 }));
    const dropped = entrants.flatMap(({ truth }) => (truth?.crossedMs(line.lengthM) === null ? [truth] : []));
    assert.ok(dropped.length > 2 && dropped.length < 30, `${dropped.length}`);
    for (const { positionM } of dropped) {
      const last = positionM.length - 1;
      assert.ok(isWithin(positionM[last], { fromM: 0, toM: line.lengthM }));
      assert.equal(positionM[last], positionM[last - 10]);
    }
  });
});

test('the devices of a race measure from before the gun until they are switched off, one fix a second', () => {
  const plan = drawRace(wishOf({ athletes: 5 }));
  const devices = devicesOfRace({
    ...{ seed: 'a', plan, gunMs: GUN_MS, samplesPerFrame: 7, protocols: ['raw'], faults: NO_FAULTS },
  });
  for (const device of devices) {
    const letters = [...device.script()].flatMap((step) => (step.kind === 'letter' ? [step.letter.frame] : []));
    const { truth } = plan.entrants.find((entrant) => entrant.device === device.device)!;
    const times = (source: string) =>
      letters.filter((frame) => frame.source === source).flatMap(({ timesMs }) => timesMs);
    assert.equal(times('gps').length, truth!.positionM.length - 1);
    assert.deepEqual(times('hr'), times('gps'));
    assert.ok(times('gps').every((timeMs, i, all) => i === 0 || timeMs - all[i - 1] === 1_000));
    assert.ok(times('gps')[0] >= device.startMs && times('gps').at(-1)! <= device.startMs + device.durationMs);
    assert.deepEqual([letters[0].source, letters.at(-1)!.source, times('events').length], ['events', 'events', 2]);
  }
});
