import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootToHex } from '../../../schemas/identity.ts';
import { logMessage } from '../../batches-for-tests.ts';
import { type Span, type StoredPositions, TooManyPositionsError } from './stored-positions.ts';

export interface PositionsUnderTest {
  readonly store: StoredPositions;
  /** Puts the rows of these batches into the raw table. */
  storeRaw(messages: readonly ReturnType<typeof logMessage>[]): Promise<void>;
}

const START_MS = 1_700_000_000_000;
const ALL: Span = { fromMs: START_MS, untilMs: START_MS + 60_000 };
const BOOT = 'f0000000000000aa';

const frameOf = (device: string, fromS: number, seconds: number, more: Record<string, (number | null)[]> = {}) => {
  const each = Array.from({ length: seconds }, (_, i) => i);
  return {
    ...{ device, boot: BOOT, seq: fromS + 1, source: 'gps' },
    timesMs: each.map((i) => START_MS + (fromS + i) * 1_000),
    columns: {
      latitude: each.map((i) => 460_000_000 + fromS + i),
      longitude: each.map(() => 145_000_000),
      horizontal_accuracy: each.map((i) => (i === 1 ? null : 45)),
      speed: each.map(() => 4_000),
      heart_rate: each.map(() => 150),
      ...more,
    },
  };
};

/** Ada changes her watch on the way, bob's fix in the second second has no place, and a box has no athlete. */
const RAW = [
  logMessage({ athlete: 'bob', batch: 1, frames: [frameOf('bobs', 0, 3, { latitude: [1, null, 3] })] }),
  logMessage({ athlete: 'ada', batch: 2, frames: [frameOf('second', 3, 2), frameOf('first', 0, 3)] }),
  logMessage({ athlete: 'ada', batch: 3, frames: [frameOf('first', 0, 3)] }),
  logMessage({ athlete: '', batch: 4, frames: [frameOf('box', 1, 2)] }),
  logMessage({ athlete: 'bob', batch: 5, frames: [frameOf('bobs', 60, 3)] }),
];

/** Each row once, as text: whose, which device, the second, what was measured. */
async function readAll(
  { store }: PositionsUnderTest,
  devices: string[],
  span: Span,
  { maxRows = 100, hasBody = false } = {},
) {
  const rows: string[] = [];
  for (const { athlete, device, boot, channels, ...batch } of await store.read(devices, span, { maxRows, hasBody })) {
    for (let n = 0; n < batch.rows; n++) {
      assert.equal(bootToHex(boot[2 * n], boot[2 * n + 1]), BOOT);
      const values = channels.flatMap((one) =>
        one ? [`${one.channel.name}=${one.nulls[n] ? '-' : one.values[n]}`] : [],
      );
      const second = (batch.tsMs[n] - START_MS) / 1_000;
      rows.push(`${athlete.keys[athlete.index[n]]} ${device.keys[device.index[n]]} ${second} ${values.join(' ')}`);
    }
  }
  return [...new Set(rows)];
}

export function testPositions(name: string, open: () => Promise<PositionsUnderTest>): void {
  test(`${name}: says which devices somebody wore in a span`, async () => {
    const { store, storeRaw } = await open();
    await storeRaw(RAW);
    const devices = await store.devices(['ada', 'bob', 'eve'], ALL);
    const sorted = [...devices].map(([who, own]) => [who, own.toSorted()]).toSorted();
    assert.deepEqual(sorted, [
      ['ada', ['first', 'second']],
      ['bob', ['bobs']],
    ]);
    assert.deepEqual(await store.devices(['ada'], { ...ALL, untilMs: START_MS }), new Map());
  });

  test(`${name}: hands out rows with a place, of one athlete after the other and in the order of time`, async () => {
    const world = await open();
    await world.storeRaw(RAW);
    const at = (second: number, accuracy: string) =>
      `latitude=${460_000_000 + second} longitude=145000000 horizontal_accuracy=${accuracy} speed=4000`;
    const rest = 'longitude=145000000 horizontal_accuracy=45 speed=4000';
    assert.deepEqual((await readAll(world, ['first', 'second', 'bobs', 'box'], ALL)).map(withNulls), [
      `ada first 0 ${at(0, '45')}`,
      `ada first 1 ${at(1, '-')}`,
      `ada first 2 ${at(2, '45')}`,
      `ada second 3 ${at(3, '45')}`,
      `ada second 4 ${at(4, '-')}`,
      `bob bobs 0 latitude=1 ${rest}`,
      `bob bobs 2 latitude=3 ${rest}`,
      ` box 1 ${at(1, '45')}`,
      ` box 2 ${at(2, '-')}`,
    ]);
    assert.deepEqual(await readAll(world, [], ALL), []);
  });

  test(`${name}: hands out what bodies said too, where it is wanted`, async () => {
    const world = await open();
    const body = { device: 'box', boot: BOOT, seq: 9, source: 'hr', timesMs: [START_MS + 1_500] };
    const alone = logMessage({ athlete: '', batch: 6, frames: [{ ...body, columns: { heart_rate: [171] } }] });
    await world.storeRaw([...RAW, alone]);
    const rows = await readAll(world, ['box'], ALL, { hasBody: true });
    const beats = rows.map((row) => [row.split(' ')[2], /heart_rate=(\d+)/.exec(row)?.[1]]);
    assert.deepEqual(beats, [
      ['1', '150'],
      ['1.5', '171'],
      ['2', '150'],
    ]);
    assert.equal((await readAll(world, ['box'], ALL)).length, 2, 'a body alone is nowhere');
  });

  test(`${name}: hands out nothing of what is too much`, async () => {
    const world = await open();
    await world.storeRaw(RAW);
    await assert.rejects(readAll(world, ['bobs', 'box'], ALL, { maxRows: 3 }), TooManyPositionsError);
    assert.equal((await readAll(world, ['bobs', 'box'], ALL, { maxRows: 4 })).length, 4);
  });
}

/** A column that a block leaves out means the same as one that is null. */
function withNulls(row: string): string {
  return row.includes('horizontal_accuracy') ? row : row.replace(' speed', ' horizontal_accuracy=- speed');
}
