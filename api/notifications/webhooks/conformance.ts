import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { TestApi } from '../../openapi-for-tests.ts';
import {
  listOf,
  notify,
  openReceiver,
  type Reader,
  recordNews,
  someone,
  tokenOf,
  withdraw,
} from '../news-for-tests.ts';
import { MAX_DELIVERIES } from './deliveries.ts';
import { MAX_FAILURES } from './webhooks.ts';

const HOUR_MS = 3_600_000;

async function addWebhook(api: TestApi, { token }: Reader, url: string, key?: string) {
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
  const answer = await api.ask({ method: 'POST', url: '/v1/notifications/webhooks', payload: { url }, headers }, token);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

const webhooksOf = async (api: TestApi, reader: Reader) =>
  (await api.get('/v1/notifications/webhooks', await tokenOf(api, reader))).body.webhooks;

export function testWebhooks(open: (t: TestContext) => Promise<TestApi>): void {
  test('a webhook gets what is new, changed and withdrawn, signed with its secret', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const receiver = await openReceiver(t);
    const { id } = await addWebhook(api, ben, `${receiver.url}/hook`, 'k');
    assert.equal((await addWebhook(api, ben, `${receiver.url}/hook`, 'k')).id, id, 'the same request again');
    const { secret } = (await api.get(`/v1/notifications/webhooks/${id}/secret`, ben.token)).body;
    assert.match(secret, /^whsec_[\w-]{43}$/);
    const news = recordNews(ben, 'a1', api.clock.nowMs());
    const steps = [() => notify(api, news), () => notify(api, recordNews(ben, 'a1', news.eventMs, 1_440))];
    for (const step of [...steps, () => withdraw(api, news)]) {
      await step();
      await api.clock.advance(2_000);
      await api.news.sending.runDue();
    }
    const said = receiver.received.map(({ headers, body }) => {
      const [, seconds, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['slipstream-signature'])) ?? [];
      assert.equal(digest, createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
      const { notifications, ...rest } = JSON.parse(body.toString());
      assert.deepEqual(rest, { type: 'notifications', webhook: id, sentMs: Number(seconds) * 1_000 });
      return notifications.map(({ event, title }: { event: string; title: string }) => [event, title]);
    });
    assert.deepEqual(said, [
      [['new', 'New record (run): 5 km: 24:10 (before: 25:00)']],
      [['changed', 'Corrected: New record (run): 5 km: 24:00 (before: 25:00)']],
      [['withdrawn', 'Taken back: New record (run): 5 km: 24:00 (before: 25:00)']],
    ]);
  });

  test('a webhook that answers badly is tried again, later and later, until it is well', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const receiver = await openReceiver(t);
    receiver.status = 500;
    await addWebhook(api, ben, receiver.url);
    await notify(api, recordNews(ben, 'a1', api.clock.nowMs()));
    for (const [waitMs, count] of [
      [1_000, 1],
      [999, 1],
      [1, 2],
      [1_999, 2],
      [1, 3],
    ]) {
      await api.clock.advance(waitMs);
      await api.news.sending.runDue();
      assert.equal(receiver.received.length, count);
    }
    receiver.status = 204;
    await api.clock.advance(4_000);
    await api.news.sending.runDue();
    assert.equal(receiver.received.length, 4);
    const [{ failures, lastOutcome, isEnabled }] = await webhooksOf(api, ben);
    assert.deepEqual([failures, lastOutcome, isEnabled], [0, '204', true]);
  });

  test('a redirect is a bad answer, and nobody follows it', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const [receiver, inside] = [await openReceiver(t), await openReceiver(t)];
    Object.assign(receiver, { status: 307, headers: { location: inside.url } });
    await addWebhook(api, ben, receiver.url);
    await notify(api, recordNews(ben, 'a1', api.clock.nowMs()));
    await api.clock.advance(1_000);
    await api.news.sending.runDue();
    assert.deepEqual([receiver.received.length, inside.received.length], [1, 0]);
    assert.equal((await webhooksOf(api, ben))[0].lastOutcome, '307');
  });

  test('a webhook that fails again and again is switched off, its owner is told, and may switch it on', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const receiver = await openReceiver(t);
    receiver.status = 503;
    const { id } = await addWebhook(api, ben, receiver.url);
    for (let i = 0; i < MAX_FAILURES; i++) {
      await notify(api, recordNews(ben, `a${i}`, api.clock.nowMs()));
      await api.clock.advance(HOUR_MS);
      await api.news.sending.runDue();
    }
    const [{ isEnabled, failures, disabledBecause, version }] = await webhooksOf(api, ben);
    assert.deepEqual([isEnabled, disabledBecause, version], [false, '503', 2]);
    const attempts = receiver.received.length;
    assert.equal(failures, attempts);
    // Those that were on their way when it was switched off may have come too.
    assert.ok(attempts >= MAX_FAILURES && attempts < MAX_FAILURES + 8, `${attempts} attempts`);
    const { notifications } = await listOf(api, ben, '?limit=100');
    const told = notifications.find(({ kind }: { kind: string }) => kind === 'webhook_off');
    assert.match(told.title, /^The webhook to 127\.0\.0\.1:\d+ was switched off$/);
    receiver.status = 200;
    const payload = { url: receiver.url, isEnabled: true };
    const url = `/v1/notifications/webhooks/${id}`;
    const headers = { 'if-match': '"webhook-2"' };
    assert.equal((await api.ask({ method: 'PUT', url, payload, headers }, await tokenOf(api, ben))).status, 200);
    await notify(api, recordNews(ben, 'later', api.clock.nowMs()));
    await api.clock.advance(HOUR_MS);
    await api.news.sending.runDue();
    assert.equal(receiver.received.length, attempts + 1, 'what came while it was off is not sent');
  });

  test('an address is kept as browsers write it, whatever signs stand in it', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const { url } = await addWebhook(api, ben, 'https://Hooks.test/\u0000 ü');
    assert.equal(url, 'https://hooks.test/%00%20%C3%BC');
  });

  test('its owner may try a webhook, also while it is off, and sees what became of the newest messages', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const receiver = await openReceiver(t);
    const { id } = await addWebhook(api, ben, receiver.url);
    const url = `/v1/notifications/webhooks/${id}`;
    const attempt = async () => (await api.ask({ method: 'POST', url: `${url}/tests` }, await tokenOf(api, ben))).body;
    const atMs = api.clock.nowMs();
    const good = { atMs, isTest: true, notifications: 0, outcome: '200', isGood: true };
    assert.deepEqual(await attempt(), good);
    assert.deepEqual(JSON.parse(receiver.received[0].body.toString()), {
      ...{ type: 'test', webhook: id, sentMs: atMs, notifications: [] },
    });
    assert.match(String(receiver.received[0].headers['slipstream-signature']), /^t=\d+,v1=[0-9a-f]{64}$/);

    const headers = { 'if-match': '"webhook-1"' };
    const payload = { url: receiver.url, isEnabled: false };
    await api.ask({ method: 'PUT', url, payload, headers }, await tokenOf(api, ben));
    receiver.status = 410;
    const bad = { ...good, outcome: '410', isGood: false };
    assert.deepEqual(await attempt(), bad);
    const deliveries = async () => (await api.get(`${url}/deliveries`, await tokenOf(api, ben))).body.deliveries;
    assert.deepEqual(await deliveries(), [bad, good]);
    const [{ failures, isEnabled, disabledBecause, lastOutcome }] = await webhooksOf(api, ben);
    assert.deepEqual([failures, isEnabled, disabledBecause, lastOutcome], [0, false, 'owner', '410']);

    receiver.status = 200;
    await api.ask(
      { method: 'PUT', url, payload: { ...payload, isEnabled: true }, headers: { 'if-match': '"webhook-2"' } },
      await tokenOf(api, ben),
    );
    await notify(api, recordNews(ben, 'a1', api.clock.nowMs()));
    await api.clock.advance(2_000);
    await api.news.sending.runDue();
    assert.deepEqual((await deliveries())[0], { ...good, atMs: atMs + 2_000, isTest: false, notifications: 1 });
    for (let i = 0; i < MAX_DELIVERIES; i++) await attempt();
    assert.equal((await deliveries()).length, MAX_DELIVERIES);
    assert.equal((await deliveries()).filter(({ isTest }: { isTest: boolean }) => !isTest).length, 0);
  });

  test('nobody sees, changes or ends the webhooks of somebody else', async (t) => {
    const api = await open(t);
    const [ben, eva] = [await someone(api), await someone(api, 'eva@example.test')];
    const { id } = await addWebhook(api, ben, 'https://hooks.test/');
    const url = `/v1/notifications/webhooks/${id}`;
    const headers = { 'if-match': '"webhook-1"' };
    const payload = { url: 'https://hooks.test/', isEnabled: false };
    for (const request of [
      { method: 'GET', url: `${url}/secret` },
      { method: 'GET', url: `${url}/deliveries` },
      { method: 'POST', url: `${url}/tests` },
      { method: 'PUT', url, payload, headers },
      { method: 'DELETE', url },
    ] as const) {
      assert.equal((await api.ask(request, eva.token)).status, 404);
    }
    assert.deepEqual(await webhooksOf(api, eva), []);
    assert.equal((await webhooksOf(api, ben))[0].isEnabled, true);
  });
}
