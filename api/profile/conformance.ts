import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { readAthleteSettings, setAthleteSettings } from '../../runtime/athlete-settings.ts';
import { type KeyValue, KvUnavailableError } from '../../runtime/kv/kv.ts';
import { BEN, signUp } from '../accounts/accounts-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { putOutbox } from '../outbox/outbox.ts';
import { createSettingsDelivery } from './deliver-settings.ts';
import { SETTINGS } from './profiles.ts';
import type { ProfileStatement } from './statements.ts';

const FULL: ProfileStatement = {
  ...{ birthDate: '1984-02-29', sex: 'female', units: 'imperial', language: 'ru', region: 'AT' },
  timeZone: 'Europe/Vienna',
  body: [
    { from: '2026-01-01', weightKg: 61.5, heightCm: 170, restingHeartRateBpm: 48 },
    { from: '2026-06-01', weightKg: 60 },
  ],
  heart: [
    { from: '2026-01-01', maxHeartRateBpm: 188 },
    { from: '2026-03-01', sports: ['run'], heartRateZonesBpm: [114, 133, 152, 163, 171] },
  ],
  thresholds: [{ from: '2026-03-01', sports: ['ride', 'indoor_ride'], ftpW: 245, wPrimeJ: 18_000 }],
  preferredSources: ['strap-7/hr', 'gps'],
  privacyZones: [{ name: 'Zuhause 🏡', latitude: 48.2082, longitude: 16.3738, radiusM: 400 }],
  visibility: {
    ...{ activities: 'everyone', tracks: 'friends', heartRate: 'me' },
    ...{ power: 'friends', body: 'me', records: 'everyone' },
  },
};
const { units: _, language: __, region: ___, privacyZones: ____, visibility: _____, ...FOR_PROCESSORS } = FULL;
const HIDDEN = { activities: 'me', tracks: 'me', heartRate: 'me', power: 'me', body: 'me', records: 'me' };

/** What profiles promise, on any PostgreSQL. `open` gives an API over an empty database. */
export function testProfile(open: (t: TestContext) => Promise<TestApi>): void {
  async function openAsBen(t: TestContext) {
    const api = await open(t);
    const { accessToken } = await signUp(api);
    const { id: account, athlete } = (await api.get('/v1/account', accessToken)).body;
    let version = 0;
    async function put(payload: object, ifMatch = `"profile-${version}"`) {
      const headers = { 'if-match': ifMatch };
      const answer = await api.ask({ method: 'PUT', url: '/v1/profile', payload, headers }, accessToken);
      if (answer.status === 200) ({ version } = answer.body);
      return answer;
    }
    const read = async (url = '/v1/profile') => (await api.get(url, accessToken)).body;
    return { api, account, athlete, accessToken, put, read };
  }

  test('who says nothing has the usual values, and nobody else sees anything', async (t) => {
    const { read } = await openAsBen(t);
    assert.deepEqual(await read(), {
      ...{ units: 'metric', language: 'en', timeZone: 'UTC', visibility: HIDDEN },
      ...{ body: [], heart: [], thresholds: [], preferredSources: [], privacyZones: [], version: 0, updatedMs: null },
    });
  });

  test('everything that is said is told as it was said, and what is left out is known no more', async (t) => {
    const { api, put, read, accessToken } = await openAsBen(t);
    const first = await put(FULL);
    assert.deepEqual([first.status, first.headers.etag], [200, '"profile-1"']);
    assert.deepEqual(first.body, { ...FULL, version: 1, updatedMs: api.clock.nowMs() });
    assert.deepEqual(await read(), first.body);
    assert.equal((await api.get('/v1/profile', accessToken)).headers.etag, '"profile-1"');
    const { body } = await put({ region: 'NZ', body: [{ from: '2024-02-29', weightKg: 70 }] });
    assert.deepEqual(body, {
      ...{ region: 'NZ', units: 'metric', language: 'en', timeZone: 'UTC', visibility: HIDDEN },
      ...{ body: [{ from: '2024-02-29', weightKg: 70 }], heart: [], thresholds: [] },
      ...{ preferredSources: [], privacyZones: [], version: 2, updatedMs: api.clock.nowMs() },
    });
    assert.deepEqual(await read(), body);
  });

  test('of two who change it at once one has to look again, and another’s profile is another', async (t) => {
    const { api, put, read } = await openAsBen(t);
    const both = await Promise.all([put({ sex: 'female' }, '"profile-0"'), put({ sex: 'male' }, '"profile-0"')]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 412]);
    assert.equal((await read()).version, 1);
    const eve = await signUp(api, { ...BEN, email: 'eve@example.test' });
    const hers = (await api.get('/v1/profile', eve.accessToken)).body;
    assert.deepEqual([hers.version, hers.sex], [0, undefined]);
  });

  test('every rule that is broken is named with its field', async (t) => {
    const { put, read } = await openAsBen(t);
    const cases: [object, string[]][] = [
      [{ birthDate: '2023-02-29' }, ['birthDate']],
      [{ birthDate: '1899-12-31', region: 'XQ', timeZone: 'Mars/Olympus' }, ['birthDate', 'region', 'timeZone']],
      [{ body: [{ from: '2026-01-01', weightKg: 700 }] }, ['body/0/weightKg']],
      [{ body: [{ weightKg: 70 }] }, ['body/0']],
      [{ body: [{ from: '2026-01-01' }] }, ['body/0']],
      [{ heart: [{ from: '2026-01-01', heartRateZonesBpm: [150, 140] }] }, ['heart/0/heartRateZonesBpm']],
      [
        {
          body: [{ from: '2026-01-01', restingHeartRateBpm: 190 }],
          heart: [{ from: '2026-02-01', maxHeartRateBpm: 180 }],
        },
        ['heart'],
      ],
      [{ thresholds: [{ from: '2026-01-01', ftpW: 200 }] }, ['thresholds/0']],
      [
        { privacyZones: [{ name: 'home', latitude: 91, longitude: 0, radiusM: 50 }] },
        ['privacyZones/0/latitude', 'privacyZones/0/radiusM'],
      ],
      [{ visibility: { ...HIDDEN, tracks: 'all' } }, ['visibility/tracks']],
    ];
    for (const [payload, fields] of cases) {
      const { status, body } = await put(payload);
      const named = body.errors?.map(({ parameter }: { parameter: string }) => parameter);
      assert.deepEqual([status, body.type], [422, 'urn:slipstream:problem:invalid_request'], JSON.stringify(payload));
      assert.deepEqual([...new Set(named)].sort(), [...fields].sort(), JSON.stringify(body.errors));
      for (const { message } of body.errors) assert.ok(message.length > 3);
    }
    assert.equal((await read()).version, 0, 'and nothing of it counts');
  });

  test('the values of a day in a sport are those that hold; zones that are not stated follow', async (t) => {
    const { put, read } = await openAsBen(t);
    await put(FULL);
    const known = { birthDate: '1984-02-29', sex: 'female', heightCm: 170, restingHeartRateBpm: 48 };
    assert.deepEqual(await read('/v1/profile/values?sport=run&day=2026-05-01'), {
      ...{ ...known, day: '2026-05-01', sport: 'run', weightKg: 61.5, maxHeartRateBpm: 188 },
      ...{ heartRateZonesBpm: [114, 133, 152, 163, 171], areZonesStated: true },
    });
    // Today, which is 8 June.
    assert.deepEqual(await read('/v1/profile/values?sport=ride'), {
      ...{ ...known, day: '2026-06-08', sport: 'ride', weightKg: 60, maxHeartRateBpm: 188, ftpW: 245, wPrimeJ: 18_000 },
      ...{ heartRateZonesBpm: [94, 113, 132, 151, 170], areZonesStated: false },
    });
  });

  test('processors are told what they must know, and nothing that others state is lost', async (t) => {
    const { api, athlete, put } = await openAsBen(t);
    const elsewhere = {
      gear: [{ id: 'red', kind: 'shoes', name: 'The red ones', defaultFor: ['run'], from: '2026-02-01' }],
      wet: [{ from: '2026-01-31T08:00:00Z', until: '2026-01-31T09:00:00Z', isWet: true }],
    } as const;
    await setAthleteSettings(api.config, athlete, { ...structuredClone(elsewhere), sex: 'male' } as object);
    await put(FULL);
    await api.identity.outbox.runDue();
    assert.deepEqual(await readAthleteSettings(api.config, athlete), { version: 2, ...elsewhere, ...FOR_PROCESSORS });
    await put({ ...FULL, language: 'en', privacyZones: [] });
    await api.identity.outbox.runDue();
    assert.equal((await readAthleteSettings(api.config, athlete)).version, 2, 'of this they need not know');
    await put({});
    await api.identity.outbox.runDue();
    assert.deepEqual(await readAthleteSettings(api.config, athlete), { version: 3, timeZone: 'UTC', ...elsewhere });
  });

  test('what is delivered again, late or while CONFIG is away never takes the place of what is newer', async (t) => {
    const { api, account, athlete, put } = await openAsBen(t);
    const weighing = (weightKg: number) => ({ body: [{ from: '2026-01-01', weightKg }] });
    await put(weighing(70));
    await api.identity.outbox.runDue();
    const away = { ...api.config, get: () => Promise.reject(new KvUnavailableError('away')) };
    const deliver = (config: KeyValue) =>
      createSettingsDelivery({ database: api.identity.database, config })({ account }, 1);
    await assert.rejects(deliver(away), KvUnavailableError, 'so the outbox tries again');
    // It has read version 1, and is held up before it writes.
    const [reading, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const held: KeyValue = {
      ...api.config,
      async get(key) {
        reading.resolve();
        await goOn.promise;
        return api.config.get(key);
      },
    };
    const late = deliver(held);
    await reading.promise;
    await put(weighing(71));
    await api.identity.outbox.runDue();
    const newer = { version: 2, timeZone: 'UTC', ...weighing(71) };
    assert.deepEqual(await readAthleteSettings(api.config, athlete), newer);
    goOn.resolve();
    await late;
    await deliver(api.config);
    await deliver(api.config);
    assert.deepEqual(await readAthleteSettings(api.config, athlete), newer, 'nor does a repeat make a version');
  });

  test('of an account that is gone nothing is told any more', async (t) => {
    const { api, account, athlete, put } = await openAsBen(t);
    await put({ sex: 'male' });
    await api.identity.outbox.runDue();
    const { database } = api.identity;
    await database.deleteFrom('accounts').where('id', '=', account).execute();
    await setAthleteSettings(api.config, athlete, {});
    await putOutbox(database, SETTINGS, { account }, api.clock.nowMs());
    await api.identity.outbox.runDue();
    assert.deepEqual(await readAthleteSettings(api.config, athlete), { version: 2 });
    assert.deepEqual(await database.selectFrom('outbox').select('kind').execute(), []);
  });
}
