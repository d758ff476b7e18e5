import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CHANNELS, RR_CHANNEL } from '../schemas/channels.ts';
import type { SensorFrame } from '../schemas/frame/encode.ts';
import { rowKey, rowsOf, type SampleRow } from './batch-rows.ts';
import { sinkMessage } from './batches-for-tests.ts';
import { type Sink, type SinkMessage, StoreRefusedError } from './sink.ts';

/** What every store keeps of a sample; the hot one has no athlete. */
export type StoredRow = Omit<SampleRow, 'athlete'>;

/** Sums over the ledger of one instance. */
export interface InstanceTotals {
  readonly lines: number;
  readonly frames: number;
  readonly samples: number;
  readonly refused: number;
}

export interface SinkUnderTest {
  readonly sink: Sink;
  /** What a reader sees now of both tables, once everything written so far is applied. */
  rows(): Promise<StoredRow[]>;
  ledger(instance: string): Promise<InstanceTotals>;
}

/** Recent, so that no store drops them. */
const startMs = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
const channels = [...CHANNELS];

/** Frames of one device name, with other channels each; now and then of RR. */
function framesOf(device: string, seed: number): SensorFrame[] {
  const anyFrame = fc.record({
    count: fc.integer({ min: 1, max: 12 }),
    picks: fc.subarray(channels, { minLength: 1 }),
  });
  return fc.sample(anyFrame, { numRuns: 20, seed }).map(({ count, picks }, i) => {
    const isRr = i % 7 === 6;
    const own = isRr ? [RR_CHANNEL] : picks;
    const timesMs = Array.from({ length: count }, (_, j) => startMs + i * 1_000 + j * 7);
    const columns = Object.fromEntries(
      own.map(({ name, min, max }) => [name, timesMs.map((_, j) => (j % 5 === 4 ? null : j % 2 ? min : max))]),
    );
    const source = isRr ? 'rr' : i % 2 ? 'gps' : 'hr';
    return { device, boot: i % 3 ? 'ffeeddccbbaa0099' : '00000000000000ff', seq: i + 1, source, timesMs, columns };
  });
}

function messagesOf(frames: readonly SensorFrame[], instance: string): SinkMessage[] {
  return frames.map((frame, i) => sinkMessage({ frames: [frame], instance, batch: i + 1, offsetMs: 250 }, i + 1));
}

function seen(rows: readonly StoredRow[], device: string) {
  return rows
    .filter((row) => row.device === device)
    .sort((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1))
    .map(({ source, boot, seq, deviceTimeMs, tsMs, values }) => {
      return { source, boot, seq, deviceTimeMs, tsMs, values: Object.fromEntries(Object.entries(values).sort()) };
    });
}

/** Holds a sink to its contract. Each test has devices and instances of its own, so one store serves all. */
export function testSink(name: string, open: () => Promise<SinkUnderTest>): void {
  test(`${name}: rows of both kinds arrive with their values, whatever columns their blocks have`, async () => {
    const { sink, rows } = await open();
    const messages = messagesOf(framesOf('columns', 1), '00000000000000a1');
    const samples = messages.reduce((sum, message) => sum + message.samples, 0);
    assert.deepEqual(await sink.write(messages), { rows: samples, expired: 0 });
    assert.deepEqual(seen(await rows(), 'columns'), seen(messages.flatMap(rowsOf), 'columns'));
  });

  test(`${name}: a repeat in any grouping leaves one row a key and one line a batch`, async () => {
    const { sink, rows, ledger } = await open();
    const messages = messagesOf(framesOf('repeats', 2), '00000000000000a2');
    await sink.write(messages);
    await sink.write(messages.slice(0, 9).reverse());
    await Promise.all([sink.write(messages.slice(3)), sink.write(messages.slice(0, 12))]);
    assert.deepEqual(seen(await rows(), 'repeats'), seen(messages.flatMap(rowsOf), 'repeats'));
    assert.deepEqual(await ledger('00000000000000a2'), {
      lines: messages.length,
      frames: messages.length,
      samples: messages.reduce((sum, { samples }) => sum + samples, 0),
      refused: 0,
    });
  });

  test(`${name}: what can never be stored is refused, and what is noted as refused counts so`, async () => {
    const { sink, rows, ledger } = await open();
    const [good, other] = messagesOf(framesOf('poison', 3), '00000000000000a3');
    const poison = { ...other, payload: other.payload.subarray(0, other.payload.length - 3) };
    await assert.rejects(sink.write([poison]), StoreRefusedError);
    await assert.rejects(sink.write([good, poison]), StoreRefusedError);
    await assert.rejects(sink.write([poison, good]), StoreRefusedError);
    await sink.write([good]);
    await sink.writeRefused([poison]);
    assert.deepEqual(seen(await rows(), 'poison'), seen(rowsOf(good), 'poison'));
    assert.deepEqual(await ledger('00000000000000a3'), {
      lines: 2,
      frames: 2,
      samples: good.samples + poison.samples,
      refused: poison.samples,
    });
  });

  test(`${name}: a store that has everything applied is well, and opening it again changes nothing`, async () => {
    const { sink, rows } = await open();
    await rows();
    await sink.open();
    assert.deepEqual(await sink.health(), { ok: true });
  });
}
