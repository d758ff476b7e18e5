import assert from 'node:assert/strict';
import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes, verify } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { TestApi } from '../../openapi-for-tests.ts';
import { notify, openReceiver, type Reader, type Received, recordNews, someone } from '../news-for-tests.ts';

/** A browser with keys of its own. */
function newBrowser() {
  const ecdh = createECDH('prime256v1');
  const p256dh = ecdh.generateKeys().toString('base64url');
  return { ecdh, p256dh, auth: randomBytes(16) };
}

/** RFC 8188 (one record) and RFC 8291, 3.4, as a browser reads a message. */
function decrypted({ ecdh, auth }: { ecdh: ECDH; auth: Buffer }, body: Buffer): unknown {
  const salt = body.subarray(0, 16);
  const sender = body.subarray(21, 21 + body[20]);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender]);
  const key = hkdfSync('sha256', ecdh.computeSecret(sender), auth, info, 32);
  const derive = (name: string, size: number) =>
    Buffer.from(hkdfSync('sha256', new Uint8Array(key), salt, `Content-Encoding: ${name}\0`, size));
  const sealed = body.subarray(21 + body[20]);
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  decipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  return JSON.parse(plain.subarray(0, plain.lastIndexOf(2)).toString());
}

/** RFC 8292: whom the message is from, by the key that the browser subscribed with. */
function assertVapid({ headers }: Received, publicKey: string, audience: string): void {
  const [, token, key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(headers.authorization ?? '') ?? [];
  assert.equal(key, publicKey);
  const [head, claims, signature] = token.split('.');
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
  const jwk = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const signed = Buffer.from(signature, 'base64url');
  assert.ok(verify('sha256', Buffer.from(`${head}.${claims}`), { key: jwk, dsaEncoding: 'ieee-p1363' }, signed));
  assert.equal(JSON.parse(Buffer.from(claims, 'base64url').toString()).aud, audience);
}

const URL = '/v1/notifications/push-subscriptions';

async function subscribe(api: TestApi, { token }: Reader, endpoint: string, browser = newBrowser()) {
  const payload = { endpoint, p256dh: browser.p256dh, auth: browser.auth.toString('base64url') };
  const answer = await api.ask({ method: 'POST', url: URL, payload }, token);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return { ...browser, id: answer.body.id };
}

const browsersOf = async (api: TestApi, { token }: Reader): Promise<{ id: string }[]> =>
  (await api.get(URL, token)).body.subscriptions;

export function testPush(open: (t: TestContext) => Promise<TestApi>): void {
  test('news is pushed to a browser, encrypted for it and signed with one key of the deployment', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const service = await openReceiver(t);
    service.status = 201;
    const { publicKey } = (await api.get('/v1/notifications/push-key', ben.token)).body;
    const browser = await subscribe(api, ben, `${service.url}/one`);
    await notify(api, recordNews(ben, 'a1', api.clock.nowMs()));
    await api.clock.advance(5_000);
    await api.news.sending.runDue();
    assert.equal(service.received.length, 1);
    const [push] = service.received;
    assertVapid(push, publicKey, service.url);
    assert.deepEqual(
      [push.path, push.headers['content-encoding'], push.headers.ttl, push.headers.topic],
      ['/one', 'aes128gcm', '86400', 'n1'],
    );
    assert.deepEqual(decrypted(browser, push.body), {
      ...{ id: '1', event: 'new', title: 'New record (run): 5 km: 24:10 (before: 25:00)', text: '' },
      path: '/?activity=a1',
    });
    assert.equal((await api.get('/v1/notifications/push-key', ben.token)).body.publicKey, publicKey, 'it is kept');
  });

  test('a browser that is gone is forgotten, one that cannot be reached is tried again', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const [gone, away] = [await openReceiver(t), await openReceiver(t)];
    gone.status = 410;
    away.status = 503;
    const [, { id }] = [await subscribe(api, ben, gone.url), await subscribe(api, ben, away.url)];
    await notify(api, recordNews(ben, 'a1', api.clock.nowMs()));
    await api.clock.advance(5_000);
    await api.news.sending.runDue();
    assert.deepEqual(
      (await browsersOf(api, ben)).map((one) => one.id),
      [id],
    );
    away.status = 201;
    await api.clock.advance(1_000);
    await api.news.sending.runDue();
    assert.deepEqual([gone.received.length, away.received.length], [1, 2]);
  });

  test('a browser belongs to who logged in there last, and nobody else ends it', async (t) => {
    const api = await open(t);
    const [ben, eva] = [await someone(api), await someone(api, 'eva@example.test')];
    const service = await openReceiver(t);
    const browser = newBrowser();
    await subscribe(api, ben, service.url, browser);
    await notify(api, recordNews(ben, 'a1', api.clock.nowMs()));
    const { id } = await subscribe(api, eva, service.url, browser);
    assert.deepEqual([(await browsersOf(api, ben)).length, (await browsersOf(api, eva)).length], [0, 1]);
    await api.clock.advance(5_000);
    await api.news.sending.runDue();
    assert.equal(service.received.length, 0, 'what was meant for ben is not shown to eva');
    const end = (token: string) => api.ask({ method: 'DELETE', url: `${URL}/${id}` }, token);
    assert.deepEqual([(await end(ben.token)).status, (await end(eva.token)).status], [404, 204]);
  });
}
