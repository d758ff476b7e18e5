import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signUp } from '../accounts/accounts-for-tests.ts';
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
