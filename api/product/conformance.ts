import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { presentText } from '../../schemas/consent-texts.ts';
import { BEN, codeOf, logIn, PASSWORD } from '../accounts/accounts-for-tests.ts';
import { pairDevice } from '../devices/devices-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import { StoreUnavailableError } from '../samples/reader.ts';
import { applyWorkoutFact } from '../workouts/project-activities.ts';
import { factOf, MORNING } from '../workouts/workouts-for-tests.ts';
import { PRODUCT_EVENT } from './counting.ts';
import { createProductDelivery } from './deliver-events.ts';
import type { ProductEvent } from './events.ts';

const HOUR_MS = 3_600_000;
const FIRST_TRY = 1;
const HEALTH = { healthData: presentText('healthData').version };
const BOTH = { ...HEALTH, productEvents: presentText('productEvents').version };

/** Of one moment, in the order of what it was. */
const nameOf = ({ kind, way }: ProductEvent) => `${kind} ${way}`;
const compareNames = (a: ProductEvent, b: ProductEvent) => nameOf(a).localeCompare(nameOf(b));

/** Ben, who registers with these consents, and what he does. */
async function openAsBen(t: TestContext, open: (t: TestContext) => Promise<TestApi>, consents: object) {
  const api = await open(t);
  const { database, outbox } = api.identity;
  await api.ask({ method: 'POST', url: '/v1/accounts', payload: { ...BEN, consents } });

  async function verify(): Promise<void> {
    const payload = { token: await codeOf(api, BEN.email), password: PASSWORD };
    await api.ask({ method: 'POST', url: '/v1/accounts/verifications', payload });
  }

  async function say(said: object, token: string): Promise<void> {
    const { etag } = (await api.get('/v1/consents', token)).headers;
    const headers = { 'if-match': String(etag) };
    const { status } = await api.ask({ method: 'PUT', url: '/v1/consents', payload: said, headers }, token);
    assert.equal(status, 200);
  }

  const enter = async (token: string): Promise<string> =>
    (await api.ask({ method: 'POST', url: '/v1/workouts', payload: MORNING }, token)).body.id;

  /** What was counted, in its order, without under which id. */
  async function counted() {
    await outbox.runDue();
    const events = [...api.product.events()].sort((a, b) => a.atMs - b.atMs || compareNames(a, b));
    return events.map(({ person: _, event: __, ...rest }) => rest);
  }

  return { api, database, verify, say, enter, counted };
}

/** What is counted of people, on any PostgreSQL. `open` gives an API over an empty database. */
export function testProductEvents(open: (t: TestContext) => Promise<TestApi>): void {
  test('of who agreed it is counted when they sign up, confirm, are here, and log a workout', async (t) => {
    const { api, database, verify, enter, counted } = await openAsBen(t, open, BOTH);
    const startMs = api.clock.nowMs();
    await api.clock.advance(1_000);
    await verify();
    await api.clock.advance(1_000);
    const { accessToken, refreshToken } = await logIn(api);
    await logIn(api);
    await api.clock.advance(1_000);
    const id = await enter(accessToken);
    const { device } = await pairDevice(api, accessToken, 'watch-7');
    const { athlete } = (await api.get('/v1/account', accessToken)).body;
    const fact = factOf(athlete, startMs - 5 * HOUR_MS);
    const file = { device: 'watch', source: 'file:0123456789abcdef', groups: {} };
    const imported = factOf(athlete, startMs - 9 * HOUR_MS, { origins: { sources: [file], contests: [] } });
    for (const one of [fact, imported, fact]) await applyWorkoutFact(database, one, startMs + 4_000);
    const later = { ...fact, revision: fact.revision + 1 };
    await applyWorkoutFact(database, later, startMs + 5_000);
    await api.clock.advance(24 * HOUR_MS);
    await api.ask({ method: 'POST', url: '/v1/sessions/refresh', payload: { refreshToken } });
    const dayLaterMs = startMs + 3_000 + 24 * HOUR_MS;
    assert.deepEqual(await counted(), [
      { kind: 'signed_up', way: null, atMs: startMs },
      { kind: 'verified', way: null, atMs: startMs + 1_000 },
      { kind: 'day_active', way: null, atMs: startMs + 2_000 },
      { kind: 'device_paired', way: null, atMs: startMs + 3_000 },
      { kind: 'workout_logged', way: 'hand', atMs: startMs + 3_000 },
      { kind: 'workout_logged', way: 'import', atMs: startMs + 4_000 },
      { kind: 'workout_logged', way: 'stream', atMs: startMs + 4_000 },
      { kind: 'day_active', way: null, atMs: dayLaterMs },
    ]);
    const people = await database.selectFrom('product_people').select(['person', 'account']).execute();
    const persons = new Set(api.product.events().map(({ person }) => person));
    assert.deepEqual(
      [...persons],
      people.map(({ person }) => person),
      'one id, which is not the account’s',
    );
    assert.notEqual(people[0].person, people[0].account);
    const written = JSON.stringify(api.product.events());
    for (const told of [id, fact.entity, imported.entity, athlete, device]) assert.equal(written.includes(told), false);
  });

  test('of who did not agree nothing is counted, and nothing but how long they are here before they do', async (t) => {
    const { api, database, verify, say, enter, counted } = await openAsBen(t, open, HEALTH);
    const startMs = api.clock.nowMs();
    await verify();
    const { accessToken } = await logIn(api);
    await enter(accessToken);
    assert.deepEqual(await counted(), []);
    assert.deepEqual(await database.selectFrom('product_people').select('person').execute(), []);
    await api.clock.advance(60_000);
    await say(BOTH, accessToken);
    assert.deepEqual(await counted(), [
      { kind: 'signed_up', way: null, atMs: startMs },
      { kind: 'verified', way: null, atMs: startMs },
      { kind: 'day_active', way: null, atMs: startMs + 60_000 },
    ]);
  });

  test('who takes it back is forgotten, with what was on its way; who agrees again is somebody new', async (t) => {
    const { api, database, verify, say, counted } = await openAsBen(t, open, BOTH);
    await verify();
    const { accessToken } = await logIn(api);
    assert.equal((await counted()).length, 3);
    const [first] = api.product.events();
    // It was found to be wanted, and is written only after the deletion.
    const [looked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const held = createProductDelivery(database, {
      ...api.product,
      async write(event) {
        looked.resolve();
        await goOn.promise;
        await api.product.write(event);
      },
    });
    const late = held[PRODUCT_EVENT](first, FIRST_TRY);
    await looked.promise;
    await say({ ...HEALTH, productEvents: null }, accessToken);
    assert.deepEqual(await counted(), []);
    goOn.resolve();
    await late;
    assert.equal((await counted()).length, 1);
    await api.clock.advance(10 * 60_000);
    assert.deepEqual(await counted(), [], 'within a quarter of an hour');
    await createProductDelivery(database, api.product)[PRODUCT_EVENT](first, FIRST_TRY);
    assert.deepEqual(await counted(), [], 'whoever is gone is not written any more');
    await say(BOTH, accessToken);
    assert.equal((await counted()).length, 3);
    assert.notEqual(api.product.events()[0].person, first.person);
  });

  test('who deletes their account is forgotten here as well', async (t) => {
    const { api, verify, counted } = await openAsBen(t, open, BOTH);
    await verify();
    const { accessToken } = await logIn(api);
    assert.equal((await counted()).length, 3);
    const deletion = { method: 'POST', url: '/v1/account/deletion', payload: { password: PASSWORD } } as const;
    assert.equal((await api.ask(deletion, accessToken)).status, 202);
    assert.deepEqual(await counted(), []);
  });

  test('while the store is away events wait, and each counts once', async (t) => {
    const { api, verify, counted } = await openAsBen(t, open, BOTH);
    await verify();
    api.product.setReachable(false);
    await logIn(api);
    await assert.rejects(counted(), StoreUnavailableError);
    api.product.setReachable(true);
    await api.clock.advance(2_000);
    const events = (await counted()).map(({ kind }: Pick<ProductEvent, 'kind'>) => kind);
    assert.deepEqual(events.sort(), ['day_active', 'signed_up', 'verified']);
  });
}
