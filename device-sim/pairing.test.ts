import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { StartError } from '../runtime/service.ts';
import { pairByCode } from './pairing.ts';

/** An API that answers every pairing with this, and remembers what it was asked. */
async function listen(t: TestContext, status: number, answer: string) {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push([request.method, request.url, JSON.parse(Buffer.concat(chunks).toString())]);
    response.writeHead(status).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { asked, apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('a device gives its code and its name, and takes its id and its credential', async (t) => {
  const given = { device: 'd0123-sim-0001', credential: 'a.b.c', expiresMs: 1 };
  const { asked, apiUrl } = await listen(t, 201, JSON.stringify(given));
  const paired = await pairByCode({ apiUrl: `${apiUrl}/`, code: 'WDJB-MJHT', name: 'sim-0001' });
  assert.deepEqual(paired, { device: 'd0123-sim-0001', credential: 'a.b.c' });
  assert.deepEqual(asked, [['POST', '/v1/devices/credentials', { code: 'WDJB-MJHT', device: 'sim-0001' }]]);
});

test('a refusal, nonsense and silence stop the start and say why', async (t) => {
  const refusal = await listen(t, 422, JSON.stringify({ title: 'The code is none of ours.' }));
  const nonsense = await listen(t, 201, '<html>');
  const cases: [string, RegExp][] = [
    [refusal.apiUrl, /not paired: The code is none of ours/],
    [nonsense.apiUrl, /not paired: 201/],
    ['http://127.0.0.1:1', /--api-url http:\/\/127\.0\.0\.1:1 gives no answer/],
  ];
  for (const [apiUrl, why] of cases) {
    const pairing = pairByCode({ apiUrl, code: 'WDJB-MJHT', name: 'sim-0001' });
    await assert.rejects(pairing, (error) => error instanceof StartError && why.test(error.message));
  }
});
