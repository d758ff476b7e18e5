import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { CHANNELS, channelIndex, RR_CHANNEL } from '../../schemas/channels.ts';
import type { StoredRow } from './memory-reader.ts';
import {
  type BucketQuery,
  compareRows,
  type RowQuery,
  type SampleBucket,
  type SampleReader,
  type SampleRow,
} from './reader.ts';
import { resample } from './resample.ts';
import { anyRows, rrRow, sampleRow } from './rows.arbitrary.ts';

export interface StoreUnderTest {
  readonly reader: SampleReader;
  /** Resolves when the rows, and roll-ups made from them, can be read. */
  insert(rows: readonly StoredRow[]): Promise<void>;
}

const START_MS = Date.UTC(2026, 5, 1, 8);
const MINUTE_MS = 60_000;

/** What every store of samples promises; `open` is called once, when the suite starts. */
export function sampleReaderConformance(
  name: string,
  open: () => Promise<StoreUnderTest>,
  { runs = 20 }: { runs?: number } = {},
): void {
  suite(`samples in ${name}`, () => {
    let opened: Promise<StoreUnderTest> | undefined;
    let devices = 0;
    const suffix = randomBytes(4).toString('hex');
    const store = () => {
      opened ??= open();
      return opened;
    };
    // Stores are not emptied between tests: each has devices of its own.
    const newDevice = () => `Dev_${devices++}-${suffix}`;

    test('come back whole, in the order of event time, source and boot', async () => {
      const { reader, insert } = await store();
      await fc.assert(
        fc.asyncProperty(fc.constant(null).map(newDevice).chain(withRows), async ({ device, rows }) => {
          await insert(rows);
          assert.deepEqual(await reader.rows(rowQuery({ device })), expectedRows(rows));
        }),
        { numRuns: runs, endOnFailure: true },
      );
    });

    test('come in pages that together are the whole, whatever the limit', async () => {
      const { reader, insert } = await store();
      const device = newDevice();
      const [rows] = fc.sample(anyRows(device, START_MS, MINUTE_MS), { numRuns: 1, seed: 11 });
      await insert(rows);
      const whole = expectedRows(rows);
      for (const limit of [1, 2, 7, whole.length, whole.length + 1]) {
        const pages: SampleRow[] = [];
        for (let page = await reader.rows(rowQuery({ device, limit })); page.length > 0; ) {
          assert.ok(page.length <= limit);
          pages.push(...page);
          page = await reader.rows(rowQuery({ device, limit, after: page.at(-1) }));
        }
        assert.deepEqual(pages, whole);
      }
    });

    test('are those of the range, its start included and its end not', async () => {
      const { reader, insert } = await store();
      const device = newDevice();
      await insert([0, 1, 2, 3].map((ms) => sampleRow({ device, tsMs: START_MS + ms })));
      const rows = await reader.rows(rowQuery({ device, fromMs: START_MS + 1, toMs: START_MS + 3 }));
      assert.deepEqual(
        rows.map(({ tsMs }) => tsMs - START_MS),
        [1, 2],
      );
    });

    test('are those of the sources and channels that were asked for, in their order', async () => {
      const { reader, insert } = await store();
      const device = newDevice();
      await insert([
        sampleRow({ device, tsMs: START_MS, source: 'gps' }, { speed: 3_000, altitude: -12 }),
        sampleRow({ device, tsMs: START_MS, source: 'hr' }, { heart_rate: 140 }),
        sampleRow({ device, tsMs: START_MS, source: 'other' }, { heart_rate: 141 }),
      ]);
      const channels = [CHANNELS[channelIndex('speed')], CHANNELS[channelIndex('heart_rate')]];
      const rows = await reader.rows(rowQuery({ device, sources: ['gps', 'hr'], channels }));
      assert.deepEqual(
        rows.map(({ source, values }) => [source, ...values]),
        [
          ['gps', 3_000, null],
          ['hr', null, 140],
        ],
      );
    });

    test('never mix with those of another device, however alike its name', async () => {
      const { reader, insert } = await store();
      await insert(['a_b', 'axb', 'a', 'a_b_', 'A_b', 'a-b'].map((device) => sampleRow({ device, tsMs: START_MS })));
      assert.equal((await reader.rows(rowQuery({ device: 'a_b' }))).length, 1);
      assert.equal((await reader.buckets(bucketQuery({ device: 'a_b', stepMs: 1_000 }))).length, 1);
      assert.deepEqual(
        await Promise.all(['a_b', 'a', 'a_', '_', 'b'].map((device) => reader.hasDevice('samples', device))),
        [true, true, false, false, false],
      );
    });

    test('are one row for each key, however often it was written', async () => {
      const { reader, insert } = await store();
      const row = sampleRow({ device: newDevice(), tsMs: START_MS }, { power: 250 });
      await insert([row]);
      await insert([row, row]);
      const { device } = row;
      assert.deepEqual(await reader.rows(rowQuery({ device })), expectedRows([row]));
      const [bucket] = await reader.buckets(bucketQuery({ device, stepMs: 1_000 }));
      assert.equal(bucket.samples, 1);
    });

    test('of heart beats are a kind of their own', async () => {
      const { reader, insert } = await store();
      const device = newDevice();
      await insert([
        rrRow({ device, tsMs: START_MS }, 8_123),
        rrRow({ device, tsMs: START_MS + 800 }, null),
        sampleRow({ device, tsMs: START_MS }, { heart_rate: 70 }),
      ]);
      const rr = { device, kind: 'rr', channels: [RR_CHANNEL] } as const;
      assert.deepEqual(
        (await reader.rows(rowQuery(rr))).map(({ source, values }) => [source, ...values]),
        [
          ['rr', 8_123],
          ['rr', null],
        ],
      );
      assert.deepEqual(await reader.buckets(bucketQuery({ ...rr, stepMs: 10_000 })), [
        { startMs: START_MS, source: 'rr', samples: 2, values: [{ n: 1, sum: 8_123, min: 8_123, max: 8_123 }] },
      ]);
      assert.equal(await reader.hasDevice('rr', device), true);
    });

    test('resampled are what folding every row gives, at any step', async () => {
      const { reader, insert } = await store();
      await fc.assert(
        fc.asyncProperty(fc.constant(null).map(newDevice).chain(withRows), async ({ device, rows }) => {
          await insert(rows);
          for (const stepMs of [1_000, 7_000, 10_000, 20_000, MINUTE_MS]) {
            const range = { fromMs: floorTo(START_MS, stepMs), toMs: floorTo(START_MS + 2 * MINUTE_MS, stepMs) };
            const expected = resample(expectedRows(rows), CHANNELS, stepMs);
            assert.deepEqual(await reader.buckets(bucketQuery({ device, stepMs, ...range })), expected);
          }
        }),
        { numRuns: runs, endOnFailure: true },
      );
    });

    test('resampled come in pages too', async () => {
      const { reader, insert } = await store();
      const device = newDevice();
      const [rows] = fc.sample(anyRows(device, START_MS, MINUTE_MS), { numRuns: 1, seed: 12 });
      await insert(rows);
      for (const stepMs of [3_000, 10_000]) {
        const pages: SampleBucket[] = [];
        const query = { device, stepMs, limit: 2, fromMs: floorTo(START_MS, stepMs) };
        for (let page = await reader.buckets(bucketQuery(query)); page.length > 0; ) {
          pages.push(...page);
          page = await reader.buckets(bucketQuery({ ...query, after: page.at(-1) }));
        }
        assert.deepEqual(pages, resample(expectedRows(rows), CHANNELS, stepMs));
      }
    });

    test('are out of reach of a source or device that is no name but SQL', async () => {
      const { reader, insert } = await store();
      await insert([sampleRow({ device: newDevice(), tsMs: START_MS })]);
      const hostile = ["x') OR ('1'='1", "gps' OR 1=1 --", "\\' OR 1=1 --", "x', 'y"];
      for (const text of hostile) {
        assert.deepEqual(await nothing(reader.rows(rowQuery({ device: 'a_b', sources: [text] }))), []);
        assert.deepEqual(await nothing(reader.rows(rowQuery({ device: text }))), []);
        assert.deepEqual(await nothing(reader.buckets(bucketQuery({ device: text, stepMs: 1_000 }))), []);
      }
    });

    test('are not waited for by a caller that is gone', async () => {
      const { reader } = await store();
      const gone = AbortSignal.abort(new Error('the client is gone'));
      await assert.rejects(reader.rows(rowQuery({ device: 'a_b' }), gone), /the client is gone/);
    });

    test('are there to be asked for', async () => {
      await (await store()).reader.ping();
    });
  });
}

function withRows(device: string) {
  return anyRows(device, START_MS, MINUTE_MS).map((rows) => ({ device, rows }));
}

/** A RangeError says that the text got no further than us; an answer must be empty. */
async function nothing<Row>(answer: Promise<Row[]>): Promise<Row[]> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function expectedRows(rows: readonly StoredRow[]): SampleRow[] {
  return rows.map(({ kind: _, device: __, ...row }) => row).sort(compareRows);
}

function floorTo(timeMs: number, stepMs: number): number {
  return Math.floor(timeMs / stepMs) * stepMs;
}

function rowQuery(given: Partial<RowQuery> & { device: string }): RowQuery {
  return {
    kind: 'samples',
    sources: [],
    channels: CHANNELS,
    fromMs: START_MS,
    toMs: START_MS + 10 * MINUTE_MS,
    after: null,
    limit: 1_000,
    ...given,
  };
}

function bucketQuery(given: Partial<BucketQuery> & { device: string; stepMs: number }): BucketQuery {
  const { fromMs = START_MS, toMs = START_MS + 10 * MINUTE_MS, stepMs } = given;
  return {
    ...rowQuery({ device: given.device }),
    after: null,
    ...given,
    fromMs: floorTo(fromMs, stepMs),
    toMs: floorTo(toMs, stepMs),
  };
}
