import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from './metrics.ts';

test('counters, gauges and histograms appear in the text with their labels and the process', async () => {
  const metrics = createMetrics('ingest', { runtimeMetrics: false });
  const frames = metrics.counter({ name: 'frames_total', help: 'Frames received.' });
  const dead = metrics.counter({ name: 'dead_frames_total', help: 'Dead frames.', labels: ['reason'] });
  const queue = metrics.gauge({ name: 'queue_bytes', help: 'Bytes waiting.' });
  metrics.gauge({ name: 'connections_count', help: 'Open connections.', read: () => 12 });
  const ack = metrics.histogram({ name: 'ack_ms', help: 'Frame to acknowledgement.', buckets: [1, 10] });

  frames.add(3);
  frames.add(2);
  dead.add(1, { reason: 'unknown_field' });
  queue.set(4096);
  ack.observe(5);

  const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.deepEqual(lines, [
    'slipstream_frames_total{process="ingest"} 5',
    'slipstream_dead_frames_total{reason="unknown_field",process="ingest"} 1',
    'slipstream_queue_bytes{process="ingest"} 4096',
    'slipstream_connections_count{process="ingest"} 12',
    'slipstream_ack_ms_bucket{le="1",process="ingest"} 0',
    'slipstream_ack_ms_bucket{le="10",process="ingest"} 1',
    'slipstream_ack_ms_bucket{le="+Inf",process="ingest"} 1',
    'slipstream_ack_ms_sum{process="ingest"} 5',
    'slipstream_ack_ms_count{process="ingest"} 1',
  ]);
  assert.match(metrics.contentType, /^text\/plain/);
});

test('totals that are kept elsewhere are read anew at each scrape', async () => {
  const metrics = createMetrics('ingest', { runtimeMetrics: false });
  const totals = { mqtt: 1, websocket: 0 };
  metrics.totals({
    name: 'bytes_total',
    help: 'Bytes received.',
    labels: ['protocol'],
    read: () => Object.entries(totals).map(([protocol, value]) => ({ value, labels: { protocol } })),
  });
  const lines = async () => (await metrics.text()).split('\n').filter((line) => line.startsWith('slip'));
  assert.deepEqual(await lines(), [
    'slipstream_bytes_total{protocol="mqtt",process="ingest"} 1',
    'slipstream_bytes_total{protocol="websocket",process="ingest"} 0',
  ]);
  totals.websocket = 7;
  assert.deepEqual(await lines(), [
    'slipstream_bytes_total{protocol="mqtt",process="ingest"} 1',
    'slipstream_bytes_total{protocol="websocket",process="ingest"} 7',
  ]);
  assert.match(await metrics.text(), /# TYPE slipstream_bytes_total counter/);
});

test('the types ask for exactly the declared labels', () => {
  const metrics = createMetrics('ingest', { runtimeMetrics: false });
  const dead = metrics.counter({ name: 'dead_total', help: 'Dead.', labels: ['reason', 'source'] });
  const frames = metrics.counter({ name: 'frames_total', help: 'Frames.' });
  dead.add(1, { reason: 'a', source: 'b' });
  const misuse = () => {
    // @ts-expect-error a label is missing
    dead.add(1, { reason: 'a' });
    // @ts-expect-error all labels are missing
    dead.add(1);
    // @ts-expect-error there are no labels
    frames.add(1, { reason: 'a' });
  };
  assert.equal(typeof misuse, 'function');
});

test('two processes in one program do not share their metrics, and one name is declared once', () => {
  const [one, two] = [createMetrics('one'), createMetrics('two')];
  one.counter({ name: 'frames_total', help: 'Frames.' });
  two.counter({ name: 'frames_total', help: 'Frames.' });
  assert.throws(() => one.counter({ name: 'frames_total', help: 'Frames.' }), /already been registered/);
});

test("Node's own metrics are there when asked for", async () => {
  assert.match(await createMetrics('ingest').text(), /nodejs_eventloop_lag_seconds/);
});
