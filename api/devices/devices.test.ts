import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEN, signUp } from '../accounts/accounts-for-tests.ts';
import { createTestApi } from '../api-for-tests.ts';
import { testDevices } from './conformance.ts';
import { deviceReaderConformance } from './conformance-of-reader.ts';
import { pairDevice } from './devices-for-tests.ts';
import { createMemoryDeviceReader } from './memory-reader.ts';

testDevices((t) => createTestApi(t));

const twin = createMemoryDeviceReader();
deviceReaderConformance('memory', async () => ({ reader: twin, insert: async (rows) => twin.insert(rows) }));

test('an API without a key pairs nothing, and says so', async (t) => {
  const api = await createTestApi(t, { pairs: false });
  const { accessToken } = await signUp(api);
  const asked = await api.ask({ method: 'POST', url: '/v1/devices/pairings' }, accessToken);
  assert.deepEqual([asked.status, asked.body.type], [503, 'urn:slipstream:problem:pairing_off']);
});

test('the list says how each device is, and what no store says now is null', async (t) => {
  const api = await createTestApi(t);
  const { accessToken } = await signUp(api);
  const [watch, bike] = [await pairDevice(api, accessToken, 'watch-7'), await pairDevice(api, accessToken, 'bike-1')];
  const nowMs = api.clock.nowMs();
  const row = { device: watch.device, boot: '0000000000000007', firmware: 'w/2', battery: null, offsetMs: 0 };
  api.seenDevices.insert([
    { ...row, seq: 3, tsMs: nowMs - 9_000, battery: 815 },
    { ...row, seq: 6, tsMs: nowMs - 1_000 },
    { ...row, device: 'watch-7', seq: 1, tsMs: nowMs },
  ]);
  Object.assign(api.operationsRead, {
    deadLetters: async () => ({
      messages: 6,
      subjects: new Map([
        [`dead.frame_too_old.${watch.device}`, 2],
        [`dead.unknown_field.${watch.device}`, 1],
        ['dead.frame_too_old.watch-7', 3],
      ]),
    }),
  });
  const shown = ({ device, expiresMs }: typeof watch, name: string) => {
    return { device, name, ownName: name, version: 1, pairedMs: nowMs, credentialExpiresMs: expiresMs };
  };
  const read = async () => {
    const { devices } = (await api.get('/v1/devices', accessToken)).body;
    return devices.sort((a: { name: string }, b: { name: string }) => (a.name < b.name ? 1 : -1));
  };
  assert.deepEqual(await read(), [
    {
      ...shown(watch, 'watch-7'),
      state: { lastSeenMs: nowMs - 1_000, batteryPercent: 81.5, firmware: 'w/2', missingFrames: 2 },
      deadLetters: { messages: 3, reasons: { frame_too_old: 2, unknown_field: 1 } },
    },
    {
      ...shown(bike, 'bike-1'),
      state: { lastSeenMs: null, batteryPercent: null, firmware: '', missingFrames: 0 },
      deadLetters: { messages: 0, reasons: {} },
    },
  ]);
  api.seenDevices.setReachable(false);
  Object.assign(api.operationsRead, { deadLetters: async () => ({ messages: 9, subjects: null }) });
  const nothing = { state: null, deadLetters: null };
  assert.deepEqual(await read(), [
    { ...shown(watch, 'watch-7'), ...nothing },
    { ...shown(bike, 'bike-1'), ...nothing },
  ]);
});

test('its owner sees which firmwares a device has run, the newest first, and nobody else does', async (t) => {
  const api = await createTestApi(t);
  const ben = await signUp(api);
  const eva = await signUp(api, { ...BEN, email: 'eva@example.test' });
  const { device } = await pairDevice(api, ben.accessToken, 'watch-7');
  const dayMs = 86_400_000;
  const at = (daysAgo: number) => api.clock.nowMs() - daysAgo * dayMs;
  const seen = ([boot, firmware, daysAgo]: readonly [boot: string, firmware: string, daysAgo: number]) => ({
    ...{ device, boot, firmware, seq: 1, tsMs: at(daysAgo), battery: null, offsetMs: 0 },
  });
  const boots = [
    ['1', 'w/0', 400],
    ['2', 'w/1', 30],
    ['3', 'w/1', 20],
    ['4', '', 15],
    ['5', 'w/2', 10],
  ] as const;
  // What was recorded long ago may come last.
  api.seenDevices.insert([...boots, ['6', 'w/1', 5], ['3', 'w/1', 19]].map((one) => seen(one as never)));
  const url = `/v1/devices/${device}/firmwares`;
  assert.deepEqual((await api.get(url, ben.accessToken)).body, {
    firmwares: [
      { firmware: 'w/1', sinceMs: at(5) },
      { firmware: 'w/2', sinceMs: at(10) },
      { firmware: 'w/1', sinceMs: at(30) },
    ],
  });
  assert.equal((await api.get(url, eva.accessToken)).body.type, 'urn:slipstream:problem:unknown_own_device');
  api.seenDevices.setReachable(false);
  assert.equal((await api.get(url, ben.accessToken)).status, 503);
});
