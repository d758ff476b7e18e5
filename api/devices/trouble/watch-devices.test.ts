import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { storedActivity } from '../../activities/activity.arbitrary.ts';
import { createTestApi } from '../../api-for-tests.ts';
import { listOf, someone, tokenOf } from '../../notifications/news-for-tests.ts';
import type { TestApi } from '../../openapi-for-tests.ts';
import { pairDevice } from '../devices-for-tests.ts';

const MINUTE_MS = 60_000;

async function openWatched(t: TestContext) {
  const api = await createTestApi(t);
  const ben = await someone(api);
  const { device } = await pairDevice(api, ben.token);
  const row = { device, boot: '0000000000000007', firmware: 'w/2', battery: 800, offsetMs: 0 };
  let seq = 0;
  /** The device sends a sample now. */
  const send = (more: object = {}) =>
    api.seenDevices.insert([{ ...row, seq: ++seq, tsMs: api.clock.nowMs(), ...more }]);
  const news = async () => {
    await api.devices.look();
    const { notifications } = await listOf(api, ben);
    return notifications.map(({ title, withdrawnMs }: { title: string; withdrawnMs: number | null }) => [
      title,
      withdrawnMs === null,
    ]);
  };
  return { api, ben, device, send, news };
}

/** What letters about devices say. */
const lettersOf = ({ mailer }: TestApi) =>
  mailer.caught().flatMap(({ subject }) => (subject.includes('watch-7') ? [subject] : []));
const LOW = 'watch-7: the battery is at 12 %';

test('a low battery is told once, with what to do, taken back when it is charged, and told again', async (t) => {
  const { api, ben, device, send, news } = await openWatched(t);
  send();
  assert.deepEqual(await news(), []);
  send({ battery: 120 });
  assert.deepEqual(await news(), [[LOW, true]]);
  const [{ kind, text, path, data }] = (await listOf(api, ben)).notifications;
  assert.deepEqual(
    [kind, text, path, data],
    [
      'device',
      'Charge it before the next workout.',
      '/app/settings',
      { device, name: 'watch-7', trouble: 'battery', value: 12 },
    ],
  );
  await api.clock.advance(MINUTE_MS);
  send({ battery: 50 });
  assert.deepEqual(await news(), [[LOW, true]], 'it is told once, however much lower it gets');
  await api.clock.advance(MINUTE_MS);
  await api.news.sending.runDue();
  assert.deepEqual(lettersOf(api), [LOW], 'by letter as well');
  send({ battery: 900 });
  assert.deepEqual(await news(), [[LOW, false]]);
  send({ battery: 100 });
  assert.deepEqual(await news(), [['watch-7: the battery is at 10 %', true]]);
});

test('whoever wants no news of devices by letter gets none', async (t) => {
  const { api, ben, send, news } = await openWatched(t);
  const off = { inApp: true, email: false, push: false, webhook: false };
  const payload = { quietHours: null, kinds: { device: off } };
  const headers = { 'if-match': '"notification-preferences-0"' };
  const put = { method: 'PUT', url: '/v1/notifications/preferences', payload, headers } as const;
  assert.equal((await api.ask(put, await tokenOf(api, ben))).status, 200);
  send({ battery: 120 });
  assert.deepEqual(await news(), [[LOW, true]]);
  await api.clock.advance(MINUTE_MS);
  await api.news.sending.runDue();
  assert.deepEqual(lettersOf(api), []);
});

test('a device that falls silent while its workout goes on is missed, until it is heard of again', async (t) => {
  const { api, ben, device, send, news } = await openWatched(t);
  const origins = { sources: [{ device, source: 'gps', groups: {} }], contests: [] };
  const activity = { ...storedActivity({ startMs: api.clock.nowMs() }), athlete: ben.athlete, origins };
  let isGoing = true;
  api.hold(ben.athlete, () => ({ activity: isGoing ? activity : null }));
  send();
  await api.clock.advance(4 * MINUTE_MS);
  assert.deepEqual(await news(), []);
  await api.clock.advance(2 * MINUTE_MS);
  const silent = 'watch-7 went silent during a workout';
  assert.deepEqual(await news(), [[silent, true]]);
  send();
  assert.deepEqual(await news(), [[silent, false]]);
  await api.clock.advance(6 * MINUTE_MS);
  assert.deepEqual(await news(), [[silent, true]]);
  isGoing = false;
  assert.deepEqual(await news(), [[silent, false]], 'the workout is over');
});

test('dead letters and a wrong clock are told, and nothing while nobody knows', async (t) => {
  const { api, device, send, news } = await openWatched(t);
  for (let i = 0; i < 80; i++) send({ offsetMs: 7 * MINUTE_MS });
  const deadLetters = async () => ({ messages: 20, subjects: new Map([[`dead.frame_too_old.${device}`, 20]]) });
  Object.assign(api.operationsRead, { deadLetters });
  api.seenDevices.setReachable(false);
  assert.deepEqual(await news(), []);
  api.seenDevices.setReachable(true);
  assert.deepEqual((await news()).sort(), [
    ['watch-7: 20 % of what it sends is not accepted', true],
    ['watch-7: its clock is 7 min slow', true],
  ]);
});

test('of a device that was let go nothing is the matter any more', async (t) => {
  const { api, ben, device, send, news } = await openWatched(t);
  send({ battery: 120 });
  assert.deepEqual(await news(), [[LOW, true]]);
  const remove = { method: 'DELETE', url: `/v1/devices/${device}` } as const;
  assert.equal((await api.ask(remove, await tokenOf(api, ben))).status, 204);
  assert.deepEqual(await news(), [[LOW, false]]);
});

test('in Russian it is said in Russian', async (t) => {
  const { api, ben, send, news } = await openWatched(t);
  const token = await tokenOf(api, ben);
  const { body, headers } = await api.get('/v1/profile', token);
  const { version: _, updatedMs: __, ...profile } = body;
  const payload = { ...profile, language: 'ru' };
  const said = { method: 'PUT', url: '/v1/profile', payload, headers: { 'if-match': String(headers.etag) } } as const;
  const put = await api.ask(said, token);
  assert.equal(put.status, 200, JSON.stringify(put.body));
  send({ battery: 120 });
  assert.deepEqual(await news(), [['watch-7: заряд 12 %', true]]);
});
