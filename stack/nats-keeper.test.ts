import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createManualClock } from '../runtime/clock.ts';
import { keepNats } from './nats-keeper.ts';

/** A health check that answers what it is told to; `until` moves the clock along until something is true. */
async function startHealth(t: TestContext) {
  const clock = createManualClock();
  const health = { status: 200 };
  const server = createServer((_, response) => response.writeHead(health.status).end('words')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  async function until(isTrue: () => boolean): Promise<void> {
    for (let tries = 0; !isTrue(); tries++) {
      assert.ok(tries < 2_000, 'it did not come true');
      await clock.advance(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { clock, health, until, url };
}

test('a server that says it is unwell is started again once its disk has room, as often as that is so', async (t) => {
  const { clock, health, until, url } = await startHealth(t);
  const told: (string | null)[] = [];
  let room = false;
  let restarts = 0;
  const stop = keepNats({
    url,
    clock,
    everyMs: 1_000,
    patience: 3,
    hasRoom: () => room,
    restart: async () => {
      restarts++;
      // The first start finds the disk full again.
      if (restarts === 2) health.status = 200;
    },
    onTrouble: (trouble) => void told.push(trouble),
    onGivenUp: (error) => assert.fail(String(error)),
  });
  health.status = 503;
  await until(() => told.length === 1);
  await clock.advance(60_000);
  assert.equal(restarts, 0);
  room = true;
  await until(() => restarts === 2);
  stop();
  assert.deepEqual(told, ['status 503 words', 'status 503 words']);
});

test('a server that does not answer is not started again, and one that cannot be is given up on', async (t) => {
  const { clock, health, until, url } = await startHealth(t);
  let restarts = 0;
  const givenUp: unknown[] = [];
  const failure = new Error('no room');
  const common = {
    clock,
    everyMs: 1_000,
    patience: 2,
    hasRoom: () => true,
    restart: async () => {
      restarts++;
      health.status = 200;
      throw failure;
    },
    onGivenUp: (error: unknown) => void givenUp.push(error),
  };
  const told: (string | null)[] = [];
  const stopGone = keepNats({ ...common, url: 'http://127.0.0.1:1', onTrouble: (trouble) => void told.push(trouble) });
  await until(() => told.length === 1);
  await clock.advance(30_000);
  assert.equal(restarts, 0);
  stopGone();
  health.status = 503;
  const stop = keepNats({ ...common, url, onTrouble: () => undefined });
  await until(() => givenUp.length > 0);
  assert.deepEqual(givenUp, [failure]);
  stop();
});
