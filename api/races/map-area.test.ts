import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createCourseLine } from '../../schemas/course-line.ts';
import { areaKeyOf, type MapArea, readMapArea, stretchesIn } from './map-area.ts';

const area = fc
  .record({
    south: fc.double({ min: -85, max: 84, noNaN: true }),
    west: fc.double({ min: -180, max: 179, noNaN: true }),
    height: fc.double({ min: 0.0001, max: 1, noNaN: true }),
    width: fc.double({ min: 0.0001, max: 1, noNaN: true }),
  })
  .map(({ south, west, height, width }): MapArea => ({ south, west, north: south + height, east: west + width }));
const cornersOf = (key: string) => key.slice('area:'.length).split(',').map(Number);

describe('a part of the map', () => {
  test('is held by an area of the grid that is not much bigger', () => {
    fc.assert(
      fc.property(area, fc.nat(5), (one, coarser) => {
        const [south, west, north, east] = cornersOf(areaKeyOf(one, coarser));
        const spanE7 = Math.max(10_000, (one.north - one.south) * 1e7, (one.east - one.west) * 1e7);
        // Arithmetic in doubles is good to a hundredth of the unit.
        assert.ok(south <= one.south * 1e7 + 0.01 && north >= one.north * 1e7 - 0.01);
        assert.ok(west <= one.west * 1e7 + 0.01 && east >= one.east * 1e7 - 0.01);
        assert.ok(Math.max(north - south, east - west) <= spanE7 + 2 ** coarser * spanE7);
      }),
    );
  });

  test('that is nearly the same, or the same after a turn round the earth, is the same view', () => {
    const one = { south: 46.0512, west: 14.5022, north: 46.0634, east: 14.5219 };
    const key = areaKeyOf(one);
    assert.equal(areaKeyOf({ ...one, south: 46.05121, east: 14.52188 }), key);
    assert.equal(areaKeyOf({ ...one, west: 374.5022, east: 374.5219 }), key);
    assert.notEqual(areaKeyOf(one, 1), key);
  });

  test('has the stretches of the course whose places lie in it', () => {
    const step = fc.tuple(fc.integer({ min: -20_000, max: 20_000 }), fc.integer({ min: -20_000, max: 20_000 }));
    const course = fc.array(step, { minLength: 3, maxLength: 12 }).map((steps) => {
      const [latitudeE7, longitudeE7] = [[461_000_000], [145_000_000]];
      for (const [north, east] of steps) {
        latitudeE7.push(latitudeE7.at(-1)! + north);
        longitudeE7.push(longitudeE7.at(-1)! + east);
      }
      return { latitudeE7, longitudeE7, altitudeDm: null, isClosed: false, laps: 1 };
    });
    const corner = fc.integer({ min: -60_000, max: 60_000 });
    const extent = fc.integer({ min: 1_000, max: 60_000 });
    fc.assert(
      fc.property(course, corner, corner, extent, extent, (own, north, east, height, width) => {
        fc.pre(own.latitudeE7.some((value) => value !== own.latitudeE7[0]));
        const line = createCourseLine(own);
        const [south, west] = [461_000_000 + north, 145_000_000 + east];
        const stretches = stretchesIn(line, `area:${south},${west},${south + height},${west + width}`);
        for (const [i, [fromM, untilM]] of stretches.entries()) {
          assert.ok(fromM <= untilM && (i === 0 || stretches[i - 1][1] < fromM));
        }
        for (let i = 0; i <= 200; i++) {
          // So that the last one is the end of the lap itself: `lapM * 200 / 200` may lie an ulp behind it.
          const inLapM = line.lapM * (i / 200);
          const { latitudeE7, longitudeE7 } = line.at(inLapM);
          const [up, right] = [latitudeE7 - south, longitudeE7 - west];
          // On the very edge a place may be rounded to either side.
          if (Math.min(Math.abs(up), Math.abs(up - height), Math.abs(right), Math.abs(right - width)) <= 2) continue;
          const isIn = up > 0 && up < height && right > 0 && right < width;
          assert.equal(
            stretches.some(([fromM, untilM]) => inLapM >= fromM && inLapM <= untilM),
            isIn,
            `at ${inLapM} m`,
          );
        }
      }),
    );
  });

  test('is none without four numbers, with corners the wrong way round, or off the earth', () => {
    const one = { south: 46, west: 14, north: 47, east: 15 };
    assert.deepEqual(readMapArea(one), one);
    const none = [null, 7, {}, { ...one, south: '46' }, { ...one, north: 45 }, { ...one, east: 13 }];
    const off = [
      { ...one, north: 91 },
      { ...one, east: 541 },
      { ...one, west: Number.NaN },
    ];
    for (const said of [...none, ...off]) assert.equal(readMapArea(said), null, JSON.stringify(said));
  });
});
