import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { StoreRefusedError, StoreUnavailableError } from '../sink.ts';
import { createQuestDbClient } from './questdb-client.ts';

const LINES = Buffer.from('samples,series=watch/hr heart_rate=99i 1000\n');

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a write to a store that is not there ends at once, for the pipeline to try again', async (t) => {
  const url = await serve(t, () => assert.fail('nobody listens any more'));
  const client = await createQuestDbClient(url.replace(/\d+$/, '1'));
  await assert.rejects(client.send(LINES), StoreUnavailableError);
});

test('a store in trouble is asked once, and the write is to be tried again', async (t) => {
  let requests = 0;
  const url = await serve(t, (_, response) => {
    requests++;
    response.writeHead(503).end('busy');
  });
  const client = await createQuestDbClient(url);
  await assert.rejects(client.send(LINES), StoreUnavailableError);
  assert.equal(requests, 1);
});

test('a refused write says why in the words of the store', async (t) => {
  const url = await serve(t, (_, response) => response.writeHead(400).end('cast error for column heart_rate'));
  const client = await createQuestDbClient(url);
  await assert.rejects(client.send(LINES), (error: unknown) => {
    assert.ok(error instanceof StoreRefusedError);
    assert.equal(error.message, 'QuestDB: status 400: cast error for column heart_rate');
    return true;
  });
});

test('a user and a password in the URL go along with every question and every write', async (t) => {
  const seen: (string | undefined)[] = [];
  const url = await serve(t, ({ method, headers }, response) => {
    seen.push(`${method} ${headers.authorization}`);
    if (method === 'POST') response.writeHead(204).end();
    else response.end('{"dataset":[[1]]}');
  });
  const client = await createQuestDbClient(url.replace('http://', 'http://ann:secret@'));
  await client.send(LINES);
  assert.deepEqual(await client.sql('SELECT 1'), [[1]]);
  const basic = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
  assert.deepEqual(seen, [`POST ${basic}`, `GET ${basic}`]);
});
