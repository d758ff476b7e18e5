import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { readConnections } from './connections.ts';

const PAGE = `# TYPE slipstream_ingest_connections gauge
slipstream_ingest_connections{protocol="mqtt",process="ingest"} 3
slipstream_ingest_connections{protocol="websocket",process="ingest"} 2
slipstream_ingest_connections_accepted_total{protocol="mqtt",process="ingest"} 90
`;

async function serve(t: TestContext, answers: Readonly<Record<string, string>>): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    response.statusCode = url in answers ? 200 : 404;
    response.end(answers[url]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('connections are summed over the processes that answer, and who does not is counted', async (t) => {
  const url = await serve(t, { '/metrics': PAGE, '/varz': '{"connections": 7}' });
  const read = (ingestMetricsUrls: string[], natsMonitorUrls: string[]) =>
    readConnections({ ingestMetricsUrls, natsMonitorUrls, timeoutMs: 10_000 });
  assert.deepEqual(await read([], []), { devices: null, ingests: 0, silentIngests: 0, nats: null });
  const [page, away] = [`${url}/metrics`, `${url}/nothing`];
  assert.deepEqual(await read([page, page, away], [url, url]), {
    ...{ devices: { mqtt: 6, websocket: 4 }, ingests: 3, silentIngests: 1, nats: 14 },
  });
  const silent = await serve(t, {});
  assert.deepEqual(await read([away], [url, silent]), { devices: null, ingests: 1, silentIngests: 1, nats: null });
});
