import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createPostOutside, ForbiddenTargetError } from './post-outside.ts';

const body = Buffer.from('{}');
const production = createPostOutside({ allowLoopback: false });

async function listen(t: TestContext, answer: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(answer as never);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('only https without credentials is ever sent to, whichever way an inner address is written', () => {
  for (const url of [
    ...['http://example.test/', 'ftp://example.test/', 'file:///etc/passwd', 'nothing', ''],
    ...['https://user@example.test/', 'https://:secret@example.test/', `https://example.test/${'x'.repeat(2_048)}`],
    ...['https://127.0.0.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://0177.0.0.1/', 'https://[::1]/'],
    ...['https://[::ffff:169.254.169.254]/', 'https://169.254.169.254/latest/meta-data', 'https://10.0.0.1:8443/'],
  ]) {
    assert.throws(() => production.assertUrl(url), ForbiddenTargetError, url);
  }
  assert.equal(production.assertUrl('https://example.test/hook?a=1').host, 'example.test');
});

test('a name is refused when any of its addresses is inside', async () => {
  const outside = createPostOutside({
    allowLoopback: false,
    resolve: async () => [
      { address: '1.1.1.1', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ],
  });
  await assert.rejects(outside.post({ url: 'https://two.test/', headers: {}, body }), ForbiddenTargetError);
});

test('the connection goes to the address that was judged, whatever the name means by then', async (t) => {
  const asked: string[] = [];
  const seen: (string | undefined)[] = [];
  const port = await listen(t, (request, response) => {
    seen.push(request.headers.host);
    response.end();
  });
  const outside = createPostOutside({
    allowLoopback: true,
    resolve: async (name) => {
      asked.push(name);
      return [{ address: '127.0.0.1', family: 4 }];
    },
  });
  const answer = await outside.post({ url: `http://rebinding.test:${port}/`, headers: {}, body });
  assert.deepEqual(
    [answer, asked, seen],
    [{ status: 200, retryAfterS: null }, ['rebinding.test'], [`rebinding.test:${port}`]],
  );
});

test('for development loopback is let in, and nothing else that is inside', async () => {
  const development = createPostOutside({
    allowLoopback: true,
    resolve: async () => [{ address: '192.168.1.1', family: 4 }],
  });
  for (const url of ['http://192.168.1.1/', 'https://192.168.1.1/', 'http://1.1.1.1/']) {
    assert.throws(() => development.assertUrl(url), ForbiddenTargetError, url);
  }
  await assert.rejects(development.post({ url: 'http://inner.test/', headers: {}, body }), ForbiddenTargetError);
});

test('who does not answer in time is given up, and what is said for ever is not read', async (t) => {
  const silent = await listen(t, () => undefined);
  const hasty = createPostOutside({ allowLoopback: true, timeoutMs: 50 });
  await assert.rejects(hasty.post({ url: `http://127.0.0.1:${silent}/`, headers: {}, body }), { name: 'AbortError' });
  const endless = await listen(t, (_request, response) => {
    response.writeHead(429, { 'retry-after': '7' });
    const more = () => {
      if (!response.destroyed && response.write('x'.repeat(65_536))) setImmediate(more);
    };
    response.on('drain', more);
    more();
  });
  const patient = createPostOutside({ allowLoopback: true });
  const answer = await patient.post({ url: `http://127.0.0.1:${endless}/`, headers: {}, body });
  assert.deepEqual(answer, { status: 429, retryAfterS: 7 });
});

test('a name that is never resolved is given up too', async () => {
  const hasty = createPostOutside({ allowLoopback: false, timeoutMs: 50, resolve: () => new Promise(() => undefined) });
  await assert.rejects(hasty.post({ url: 'https://slow.test/', headers: {}, body }), { name: 'TimeoutError' });
});
