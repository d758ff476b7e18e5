import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { createMemoryDeviceReader, type SeenRow } from './memory-reader.ts';
import type { DeviceReader } from './reader.ts';

interface ReaderUnderTest {
  readonly reader: DeviceReader;
  /** Resolves when the rows can be read. */
  insert(rows: readonly SeenRow[]): Promise<void>;
}

const START_MS = Date.UTC(2026, 5, 1, 8);
const DAY_MS = 86_400_000;
const BOOTS = ['0000000000000007', 'ffffffffffffffff'];

/** Each row has a moment of its own: of two at once nothing says which firmware is the newer. */
const anyRows = fc.uniqueArray(
  fc.record({
    device: fc.constantFrom('a', 'b', 'c'),
    boot: fc.constantFrom(...BOOTS),
    seq: fc.integer({ min: 1, max: 12 }),
    tsMs: fc.integer({ min: 0, max: 14 * 24 }).map((hour) => START_MS + hour * 3_600_000),
    firmware: fc.constantFrom('', 'w/1', 'w/2'),
    battery: fc.option(fc.integer({ min: 0, max: 1_000 })),
    offsetMs: fc.constantFrom(-400_000, 0, 250),
  }),
  { minLength: 1, maxLength: 25, selector: ({ device, tsMs }) => `${device} ${tsMs}` },
);

/** What every reader of devices promises; the twin is so plain that it says what is right. */
export function deviceReaderConformance(name: string, open: () => Promise<ReaderUnderTest>): void {
  suite(`how devices are, from ${name}`, () => {
    let opened: Promise<ReaderUnderTest> | undefined;
    const suffix = randomBytes(4).toString('hex');
    let run = 0;

    test('the newest of each counts, the days with any, and what the numbers of each boot skip', async () => {
      opened ??= open();
      const { reader, insert } = await opened;
      const property = fc.asyncProperty(
        anyRows,
        fc.nat(14).map((day) => START_MS + day * DAY_MS),
        fc.nat(14).map((day) => START_MS + day * DAY_MS),
        async (rows, fromMs, gapsFromMs) => {
          const named = (device: string) => `${device}-${run}-${suffix}`;
          run += 1;
          const own = rows.map((row) => ({ ...row, device: named(row.device) }));
          const twin = createMemoryDeviceReader();
          twin.insert(own);
          await insert(own);
          // Repeated rows say nothing new.
          await insert(own.slice(0, 3));
          const question = { devices: [named('a'), named('b'), 'nobody'], fromMs, gapsFromMs };
          const inOrder = async (of: DeviceReader) =>
            (await of.states(question)).toSorted((x, y) => (x.device < y.device ? -1 : 1));
          assert.deepEqual(await inOrder(reader), await inOrder(twin));
          const firmwares = (of: DeviceReader) => of.firmwares(named('a'), fromMs);
          assert.deepEqual(await firmwares(reader), await firmwares(twin));
        },
      );
      await fc.assert(property, { numRuns: 25 });
      assert.deepEqual(await reader.states({ devices: [], fromMs: 0, gapsFromMs: 0 }), []);
    });
  });
}
