import fc from 'fast-check';
import { CHANNELS } from '../../schemas/channels.ts';
import type { StoredRow } from './memory-reader.ts';

const SOURCES = ['gps', 'hr', 'power_meter', 'file:0123456789abcdef'];
/** On both sides of the sign bit: one store keeps a boot signed, and its order must not show. */
const BOOTS = ['0000000000000007', '7fffffffffffffff', '8000000000000001', 'ffffffffffffffff'];

/** Rows of one device in a short time, sparse, with times shared between sources and boots, each key once. */
export function anyRows(device: string, fromMs: number, spanMs: number): fc.Arbitrary<StoredRow[]> {
  const row = fc.record(
    {
      kind: fc.constant('samples' as const),
      device: fc.constant(device),
      // Whole seconds, so that keys often share a time.
      tsMs: fc.integer({ min: 0, max: spanMs / 1_000 - 1 }).map((second) => fromMs + second * 1_000),
      source: fc.constantFrom(...SOURCES),
      boot: fc.constantFrom(...BOOTS),
      deviceTimeMs: fc.integer({ min: -86_400_000, max: 86_400_000 }),
      seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      values: fc.tuple(...CHANNELS.map(({ min, max }) => fc.option(fc.integer({ min, max }), { freq: 1 }))),
    },
    { noNullPrototype: true },
  );
  return fc
    .uniqueArray(row, {
      minLength: 1,
      maxLength: 40,
      selector: ({ tsMs, source, boot }) => `${tsMs} ${source} ${boot}`,
    })
    .map((rows) => rows.map((one) => ({ ...one, deviceTimeMs: one.tsMs + one.deviceTimeMs })));
}

/** A row with the given channels, the rest missing. */
export function sampleRow(
  given: Partial<Omit<StoredRow, 'values'>> & { tsMs: number },
  channels: Readonly<Record<string, number>> = {},
): StoredRow {
  return {
    kind: 'samples',
    device: 'watch-1',
    deviceTimeMs: given.tsMs,
    source: 'gps',
    boot: BOOTS[0],
    seq: 1,
    ...given,
    values: CHANNELS.map(({ name }) => channels[name] ?? null),
  };
}

export function rrRow(given: Partial<Omit<StoredRow, 'values'>> & { tsMs: number }, rr: number | null): StoredRow {
  return { ...sampleRow(given), source: 'rr', kind: 'rr', values: [rr] };
}
