import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ActivityOrigins,
  BEAT_BIT,
  CHANNEL_GROUPS,
  GROUP_CHANNELS,
  GROUP_NAMES,
  type GroupShare,
  type SpanS,
} from '../../schemas/activity-origins.ts';
import { CHANNELS, channelIndex } from '../../schemas/channels.ts';
import { OriginTally } from './origins.ts';
import type { Measured } from './source-marks.ts';

const bit = (name: string) => 1 << channelIndex(name);
const WATCH = { device: 'watch', source: 'gps', rank: 750_001 };
const FILE = { device: 'files-ada', source: 'file:0a1b2c3d', rank: 2_000_001 };
const SOURCES = [
  WATCH,
  FILE,
  { device: 'strap', source: 'hr', rank: 3 },
  { device: 'bike', source: 'power', rank: 250_001 },
];
const named = ({ device, source }: { device: string; source: string }) => ({ device, source });
const share = (given: Partial<GroupShare>): GroupShare => ({
  ...{ gaveS: 0, aloneS: 0, outrankedS: 0, gave: [], alone: [], isCoarse: false },
  ...given,
});

test('a file gives what the watch has not, and is outranked where both measured', () => {
  const tally = new OriginTally();
  for (let atS = 0; atS < 100; atS++) {
    const watch = { ...WATCH, channels: bit('latitude') | bit('speed') };
    const file = { ...FILE, channels: bit('latitude') | bit('speed') | bit('distance') };
    tally.fold(atS, atS >= 40 && atS < 60 ? [file] : [file, watch]);
  }
  const whole: SpanS[] = [[0, 100]];
  const hole: SpanS[] = [[40, 60]];
  const around: SpanS[] = [
    [0, 40],
    [60, 100],
  ];
  assert.deepEqual(tally.origins(), {
    sources: [
      {
        ...named(WATCH),
        groups: { position: share({ gaveS: 80, gave: around }), motion: share({ gaveS: 80, gave: around }) },
      },
      {
        ...named(FILE),
        groups: {
          position: share({ gaveS: 20, gave: hole, aloneS: 20, alone: hole, outrankedS: 80 }),
          motion: share({ gaveS: 100, gave: whole, aloneS: 20, alone: hole }),
        },
      },
    ],
    contests: [{ group: 'position', winner: 0, loser: 1, seconds: 80 }],
  });
});

test('every channel is in one group, and beats are in one of their own', () => {
  const named = Object.values(CHANNEL_GROUPS).flat();
  assert.deepEqual([...named].sort(), CHANNELS.map(({ name }) => name).sort());
  assert.ok(CHANNELS.length < 30);
  assert.equal(GROUP_CHANNELS[GROUP_NAMES.indexOf('beats')], BEAT_BIT);
});

const anySecond = fc.uniqueArray(
  fc.record({ source: fc.constantFrom(...SOURCES), channels: fc.integer({ min: 1, max: 2 ** CHANNELS.length - 1 }) }),
  { maxLength: 4, selector: ({ source }) => source.device },
);
const anySeconds = fc
  .array(fc.record({ pauseS: fc.oneof(fc.constant(0), fc.nat(30)), measured: anySecond }), { maxLength: 120 })
  .map((all) => {
    let atS = -1;
    return all.map(({ pauseS, measured }) => {
      atS += 1 + pauseS;
      return { atS, measured: measured.map(({ source, channels }): Measured => ({ ...source, channels })) };
    });
  });

/** Seconds in which a source gave a group, was alone with it, or had it and gave nothing, each told by itself. */
function naive(seconds: readonly { atS: number; measured: readonly Measured[] }[], device: string, group: number) {
  const bits = GROUP_CHANNELS[group];
  const having = seconds.filter(({ measured }) => measured.some((one) => one.device === device && one.channels & bits));
  const gave = having.filter(({ measured }) => {
    const own = measured.find((one) => one.device === device)!;
    return CHANNELS.some((_, c) => {
      if ((own.channels & bits & (1 << c)) === 0) return false;
      return measured.every((other) => other.rank >= own.rank || (other.channels & (1 << c)) === 0);
    });
  });
  const alone = gave.filter(({ measured }) => measured.filter((one) => one.channels & bits).length === 1);
  return { gaveS: gave.length, aloneS: alone.length, outrankedS: having.length - gave.length };
}

test('whatever was measured, counts are those of each second alone, and spans hold every second that was given', () => {
  fc.assert(
    fc.property(anySeconds, fc.nat(120), (seconds, breakAt) => {
      let tally = new OriginTally();
      for (const [i, { atS, measured }] of seconds.entries()) {
        if (i === breakAt) tally = new OriginTally(JSON.parse(JSON.stringify(tally.encode())));
        tally.fold(atS, measured);
      }
      const { sources, contests }: ActivityOrigins = tally.origins();
      const ranks = sources.map(({ device }) => SOURCES.find((one) => one.device === device)!.rank);
      assert.deepEqual(
        ranks,
        ranks.toSorted((a, b) => a - b),
      );
      for (const { device, groups } of sources) {
        for (const [g, name] of GROUP_NAMES.entries()) {
          const { gaveS, aloneS, outrankedS, gave, isCoarse } = groups[name] ?? share({});
          assert.deepEqual({ gaveS, aloneS, outrankedS }, naive(seconds, device, g));
          assert.ok(gave.length <= 24 && gave.every(([from, until]) => from < until));
          assert.ok(gave.every(([from], i) => i === 0 || from - gave[i - 1][1] > 10));
          const inSpans = gave.reduce((sum, [from, until]) => sum + until - from, 0);
          assert.ok(inSpans >= gaveS);
          if (isCoarse) assert.equal(gave.length, 24);
        }
      }
      for (const { group, loser } of contests) {
        const lost = contests.filter((one) => one.group === group && one.loser === loser);
        const sum = lost.reduce((all, one) => all + one.seconds, 0);
        assert.equal(sum, sources[loser].groups[group]?.outrankedS);
      }
    }),
  );
});
