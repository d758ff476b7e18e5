import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createManualClock } from '../runtime/clock.ts';
import { watchHealth } from './health-watch.ts';

test('trouble is told once when it lasts, and again when it is over; one bad answer is nothing', async (t) => {
  let status = 200;
  let answers = 0;
  const server = createServer((_, response) => {
    answers++;
    response.writeHead(status).end(status === 200 ? 'ok' : 'JetStream is not available');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const clock = createManualClock();
  const told: (string | null)[] = [];
  const stop = watchHealth({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock,
    onChange: (trouble) => void told.push(trouble),
    everyMs: 1_000,
    patience: 3,
  });

  async function look(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      const before = answers;
      // A look that is still under way swallows the next one, so the clock moves until one more was answered.
      for (let tries = 0; answers === before && tries < 1_000; tries++) {
        await clock.advance(1_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(answers, before + 1);
    }
  }

  await look(2);
  status = 503;
  await look(2);
  status = 200;
  await look(2);
  assert.deepEqual(told, []);
  status = 503;
  await look(5);
  assert.deepEqual(told, ['status 503 JetStream is not available']);
  status = 200;
  await look(3);
  assert.deepEqual(told, ['status 503 JetStream is not available', null]);
  stop();
});
