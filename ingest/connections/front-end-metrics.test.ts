import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../../runtime/metrics.ts';
import { createFrontEndCounts } from './counts.ts';
import { createFrontEndMetrics } from './front-end-metrics.ts';

test('what the front ends count is on the page of metrics, by protocol and reason', async () => {
  const metrics = createMetrics('ingest', { runtimeMetrics: false });
  const counts = { mqtt: createFrontEndCounts(), websocket: createFrontEndCounts() };
  createFrontEndMetrics(metrics, counts);
  Object.assign(counts.mqtt, {
    accepted: 3,
    open: 2,
    authenticated: 2,
    receivedBytes: 900,
    frames: 8,
    acknowledged: 7,
  });
  counts.mqtt.reasons.bad_token = 1;
  counts.websocket.commands = 4;
  counts.websocket.reasons.slow_reader = 2;
  const lines = (await metrics.text()).split('\n').filter((line) => /^slip.* [1-9]/.test(line));
  assert.deepEqual(lines.toSorted(), [
    'slipstream_ingest_acknowledged_frames_total{protocol="mqtt",process="ingest"} 7',
    'slipstream_ingest_commands_total{protocol="websocket",process="ingest"} 4',
    'slipstream_ingest_connections_accepted_total{protocol="mqtt",process="ingest"} 3',
    'slipstream_ingest_connections_authenticated_total{protocol="mqtt",process="ingest"} 2',
    'slipstream_ingest_connections{protocol="mqtt",process="ingest"} 2',
    'slipstream_ingest_front_end_reasons_total{protocol="mqtt",reason="bad_token",process="ingest"} 1',
    'slipstream_ingest_front_end_reasons_total{protocol="websocket",reason="slow_reader",process="ingest"} 2',
    'slipstream_ingest_received_bytes_total{protocol="mqtt",process="ingest"} 900',
    'slipstream_ingest_received_frames_total{protocol="mqtt",process="ingest"} 8',
  ]);
  counts.mqtt.frames = 9;
  assert.match(await metrics.text(), /received_frames_total\{protocol="mqtt",process="ingest"\} 9\n/);
});
