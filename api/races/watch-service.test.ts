import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryLog } from '../../runtime/log.ts';
import { writeRace } from '../../runtime/race-config.ts';
import { connectWsPeer } from '../../runtime/sockets/ws-peer.ts';
import { createTestApi } from '../api-for-tests.ts';
import { boardOfTwo, raceOfTwo } from './races-for-tests.ts';
import { createWatchService } from './watch-service.ts';

test('a race is watched on a port of its own, until the service is stopped', { timeout: 30_000 }, async (t) => {
  const { races, boards, clock, config, holdBoard } = await createTestApi(t);
  const { log, records } = createMemoryLog();
  const address = { host: '127.0.0.1', port: 0 };
  const service = await createWatchService({ races, boards, clock, log, maxWatchers: 1, address });
  const running = service.run();
  await writeRace(config, null, ...raceOfTwo);
  holdBoard('ten', () => boardOfTwo);
  await clock.advance(0);
  while (!records.some(({ port }) => port !== undefined)) await new Promise((resolve) => setImmediate(resolve));
  const { port } = records.find((record) => record.port !== undefined) as { port: number };
  const peer = await connectWsPeer({ ...address, port }, { path: '/v1/live/races/ten' });
  const heard = new Promise<Uint8Array>((resolve) => peer.onMessage(resolve));
  peer.send(Buffer.from(JSON.stringify({ top: 2 })), 'text');
  // The choice comes over a real socket: time goes on until there is an answer.
  const moving = setInterval(() => void clock.advance(100), 10);
  const { type, rows } = JSON.parse(Buffer.from(await heard).toString()) as { type: string; rows: { bib: string }[] };
  clearInterval(moving);
  assert.deepEqual([type, rows.map(({ bib }) => bib)], ['snapshot', ['1', '2']]);
  await service.drain();
  await service.stop();
  await running;
  assert.equal(await peer.closed, 1001);
});
