import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from './metrics.ts';
import { histogramBetween, quantileOf, readByLabel, readHistogram, readValue } from './metrics-page.ts';

test('a histogram is read back from the page that shows it, by its labels', async () => {
  const metrics = createMetrics('test', { runtimeMetrics: false });
  const latency = metrics.histogram({ name: 'wait_ms', help: 'Wait.', buckets: [1, 10, 100], labels: ['store'] });
  for (const value of [0.5, 5, 5, 50]) latency.observe(value, { store: 'hot' });
  latency.observe(5_000, { store: 'cold' });
  const page = await metrics.text();
  assert.deepEqual(readHistogram(page, 'wait_ms', { store: 'hot' }), {
    bounds: [
      { atMost: 1, count: 1 },
      { atMost: 10, count: 3 },
      { atMost: 100, count: 4 },
      { atMost: Number.POSITIVE_INFINITY, count: 4 },
    ],
  });
  assert.deepEqual(readHistogram(page, 'wait_ms', { store: 'warm' }), { bounds: [] });
  assert.equal(readHistogram(page, 'wait_ms', {}).bounds.at(-1)?.count, 5);
});

test('a quantile lies inside the bucket that holds it', () => {
  const reading = {
    bounds: [
      { atMost: 10, count: 0 },
      { atMost: 20, count: 50 },
      { atMost: 40, count: 100 },
      { atMost: Number.POSITIVE_INFINITY, count: 100 },
    ],
  };
  assert.deepEqual(
    [0, 0.25, 0.5, 0.75, 1].map((share) => quantileOf(reading, share)),
    [10, 15, 20, 30, 40],
  );
});

test('nothing counted has no quantile, and what lies past the last bound is said to be there', () => {
  assert.equal(quantileOf({ bounds: [] }, 0.5), Number.NaN);
  const beyond = {
    bounds: [
      { atMost: 10, count: 1 },
      { atMost: Number.POSITIVE_INFINITY, count: 4 },
    ],
  };
  assert.equal(quantileOf(beyond, 0.99), 10);
});

test('a value is read under its whole name, over all its series, and is 0 when nobody counted', async () => {
  const metrics = createMetrics('test', { runtimeMetrics: false });
  const bytes = metrics.counter({ name: 'bytes_total', help: 'Bytes.', labels: ['of'] });
  metrics.gauge({ name: 'bytes', help: 'Others.' }).set(7);
  bytes.add(2, { of: 'one' });
  bytes.add(3, { of: 'other' });
  const page = await metrics.text();
  assert.deepEqual(
    ['slipstream_bytes_total', 'slipstream_bytes', 'slipstream_byte'].map((name) => readValue(page, name)),
    [5, 7, 0],
  );
});

test('between two readings a histogram has what came, in buckets that were not shown before too', () => {
  const from = { bounds: [{ atMost: 10, count: 4 }] };
  const to = {
    bounds: [
      { atMost: 10, count: 5 },
      { atMost: 20, count: 9 },
    ],
  };
  assert.deepEqual(
    histogramBetween(from, to).bounds.map(({ count }) => count),
    [1, 9],
  );
});

test('a value is told by one label, summed over the others', async () => {
  const metrics = createMetrics('test', { runtimeMetrics: false });
  metrics.gauge({
    ...{ name: 'open', help: 'Open ones.', labels: ['kind', 'of'] },
    read: () => [
      { value: 1, labels: { kind: 'a', of: 'x' } },
      { value: 2, labels: { kind: 'a', of: 'y' } },
      { value: 4, labels: { kind: 'b', of: 'x' } },
    ],
  });
  metrics.gauge({
    name: 'opened',
    help: 'Others.',
    labels: ['kind'],
    read: () => [{ value: 9, labels: { kind: 'a' } }],
  });
  const page = await metrics.text();
  const expected = new Map([
    ['a', 3],
    ['b', 4],
  ]);
  assert.deepEqual(readByLabel(page, 'slipstream_open', 'kind'), expected);
  assert.deepEqual(readByLabel(page, 'slipstream_open', 'none'), new Map());
});
