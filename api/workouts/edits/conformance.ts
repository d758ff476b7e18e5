import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { readAthleteSettings } from '../../../runtime/athlete-settings.ts';
import { NOW_MS } from '../../api-for-tests.ts';
import type { TestApi } from '../../openapi-for-tests.ts';
import { putOutbox } from '../../outbox/outbox.ts';
import { applyWorkoutFact } from '../project-activities.ts';
import { asOwner, factOf, tagged } from '../workouts-for-tests.ts';
import { EDIT_WORKOUTS } from './deliver-edits.ts';
import { FIRST_MS, withTwoRuns } from './edited-for-tests.ts';
import { MAX_EDITS } from './edits.ts';

const MINUTE_MS = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

/** What joins and splits promise, on any PostgreSQL. `open` gives an API over an empty database. */
export function testWorkoutEdits(open: (t: TestContext) => Promise<TestApi>): void {
  test('a join is told to processors with the span to look at again, and their facts change the history', async (t) => {
    const api = await open(t);
    const { ask, list, whole, athlete, first, second, spans } = await withTwoRuns(api);
    const joined = await ask('POST', '/joins', whole);
    assert.equal(joined.status, 202, JSON.stringify(joined.body));
    const [{ id, ...edit }] = joined.body.edits;
    assert.deepEqual(edit, {
      ...{ kind: 'join', workouts: [first, second], createdMs: NOW_MS, state: 'waiting' },
      ...{ fromMs: spans[0].endMs, untilMs: spans[1].startMs },
    });
    await api.identity.outbox.runDue();
    const joins = [{ from: iso(spans[0].endMs), until: iso(spans[1].startMs) }];
    assert.deepEqual(await readAthleteSettings(api.config, athlete), { version: 1, joins });
    const span = { fromMs: FIRST_MS, untilMs: spans[1].endMs };
    assert.deepEqual(api.asked, [{ athlete, ...span, settingsVersion: 1 }]);
    // What processors answer.
    const one = factOf(athlete, FIRST_MS, { endMs: spans[1].endMs, revision: 51 });
    const gone = factOf(athlete, spans[1].startMs, { endMs: spans[1].endMs, revision: 51, isWithdrawn: true });
    for (const fact of [gone, one]) assert.equal(await applyWorkoutFact(api.database.kysely, fact, NOW_MS), true);
    const [held, ...others] = await list();
    assert.deepEqual([held.id, held.endMs, others.length], [first, spans[1].endMs, 0]);
    assert.equal((await ask('GET', '/edits')).body.edits[0].state, 'done');
    const { changes } = (await ask('GET', `/${first}/changes`)).body;
    assert.deepEqual(changes, [
      { atMs: NOW_MS, actor: 'owner', act: 'joined', before: {}, after: { workouts: [first, second] } },
    ]);
    // Undone, both come back.
    assert.equal((await ask('DELETE', `/edits/${id}`)).status, 204);
    await api.identity.outbox.runDue();
    assert.deepEqual(await readAthleteSettings(api.config, athlete), { version: 2 });
    assert.deepEqual(api.asked.at(-1), { athlete, ...span, settingsVersion: 2 });
    assert.deepEqual((await ask('GET', '/edits')).body.edits, []);
    assert.equal((await ask('DELETE', `/edits/${id}`)).status, 404);
  });

  test('what contradicts is not joined, and the workout and the rule are named', async (t) => {
    const api = await open(t);
    const { ask, enter, whole, first, second, athlete } = await withTwoRuns(api, { sport: 'ride' });
    const join = async (workouts: object[]) => {
      const { status, body } = await ask('POST', '/joins', { workouts });
      return [status, body.errors?.[0] ?? body.type];
    };
    assert.deepEqual(await join(whole.workouts), [
      422,
      { parameter: 'workouts/1', message: 'it is of another sport: ride, not run', rule: 'other_sport' },
    ]);
    await ask('PATCH', `/${second}`, { sport: 'run' }, tagged(1));
    const seen = { id: second, version: 2 };
    assert.deepEqual(await join(whole.workouts), [412, 'urn:slipstream:problem:changed_meanwhile']);
    const hand = await enter();
    assert.deepEqual((await join([{ id: hand.id, version: 1 }, seen]))[1], {
      ...{ parameter: 'workouts/0', message: 'it was entered by hand: there are no samples to count again' },
      rule: 'entered_by_hand',
    });
    assert.deepEqual((await join([seen, seen]))[1].message, 'one of them is named twice');
    assert.deepEqual(await join([seen, { id: '0123456789abcdef', version: 1 }]), [
      ...[404, 'urn:slipstream:problem:unknown_workout'],
    ]);
    const minutes = (from: number, until: number) => ({
      ...factOf(athlete, FIRST_MS + from * MINUTE_MS, { endMs: FIRST_MS + until * MINUTE_MS }),
    });
    const [between, long] = [minutes(33, 36), minutes(-1_200, -1_190)];
    for (const fact of [between, long]) await applyWorkoutFact(api.database.kysely, fact, NOW_MS);
    assert.deepEqual((await join([{ id: first, version: 1 }, seen]))[1], {
      ...{ parameter: 'workouts/1', message: 'another workout lies between it and the one before it' },
      rule: 'another_between',
    });
    assert.deepEqual(
      (
        await join([
          { id: first, version: 1 },
          { id: long.entity, version: 1 },
        ])
      )[1],
      {
        parameter: 'workouts/0',
        message: 'it began more than twelve hours after the one before it had ended',
        rule: 'too_long_after',
      },
    );
    assert.deepEqual((await ask('GET', '/edits')).body.edits, []);
    await api.identity.outbox.runDue();
    assert.deepEqual(api.asked, []);
  });

  test('a split is told to the second, for the version that was seen; joining both parts undoes it', async (t) => {
    const api = await open(t);
    const { ask, first, athlete, spans } = await withTwoRuns(api);
    const split = (atMs: number, version = 1) => ask('POST', `/${first}/splits`, { atMs }, tagged(version));
    assert.equal((await split(FIRST_MS + 30_000)).body.errors[0].parameter, 'atMs');
    assert.equal((await ask('POST', `/${first}/splits`, { atMs: FIRST_MS + 600_000 })).status, 428);
    assert.equal((await split(FIRST_MS + 600_000, 7)).status, 412);
    const made = await split(FIRST_MS + 600_499);
    assert.deepEqual([made.status, made.body.fromMs, made.body.state], [202, FIRST_MS + 600_000, 'waiting']);
    assert.equal((await split(FIRST_MS + 600_000, 2)).status, 422, 'it is split there already');
    await api.identity.outbox.runDue();
    assert.deepEqual((await readAthleteSettings(api.config, athlete)).splits, [iso(FIRST_MS + 600_000)]);
    const parts = [
      factOf(athlete, FIRST_MS, { endMs: FIRST_MS + 600_000, revision: 51 }),
      factOf(athlete, FIRST_MS + 600_000, { endMs: spans[0].endMs, revision: 51 }),
    ];
    for (const fact of parts) await applyWorkoutFact(api.database.kysely, fact, NOW_MS);
    assert.equal((await ask('GET', '/edits')).body.edits[0].state, 'done');
    const workouts = parts.map(({ entity: id }, i) => ({ id, version: i === 0 ? 3 : 1 }));
    assert.deepEqual((await ask('POST', '/joins', { workouts })).body, { edits: [] });
    await api.identity.outbox.runDue();
    const { version, splits, joins } = await readAthleteSettings(api.config, athlete);
    assert.deepEqual([version, splits, joins], [2, undefined, undefined]);
  });

  test('a profile that is said later keeps the edits, and a delivery that comes twice changes nothing', async (t) => {
    const api = await open(t);
    const { ask, whole, athlete, accessToken } = await withTwoRuns(api);
    await ask('POST', '/joins', whole);
    await api.identity.outbox.runDue();
    const headers = { 'if-match': '"profile-0"' };
    await api.ask({ method: 'PUT', url: '/v1/profile', payload: { sex: 'female' }, headers }, accessToken);
    await api.identity.outbox.runDue();
    const settings = await readAthleteSettings(api.config, athlete);
    assert.deepEqual([settings.version, settings.sex, settings.joins?.length], [2, 'female', 1]);
    const { id: account } = (await api.get('/v1/account', accessToken)).body;
    const due = { account, fromMs: FIRST_MS, untilMs: FIRST_MS + MINUTE_MS };
    await putOutbox(api.database.kysely, EDIT_WORKOUTS, due, NOW_MS);
    await api.identity.outbox.runDue();
    assert.equal(api.asked.length, 2, 'it may be asked again');
    assert.deepEqual(await readAthleteSettings(api.config, athlete), settings);
  });

  test('nobody joins, splits or undoes what is somebody else’s, and there is an end of edits', async (t) => {
    const api = await open(t);
    const { ask, whole, first, accessToken } = await withTwoRuns(api);
    const { body } = await ask('POST', '/joins', whole);
    const eve = await asOwner(api, { email: 'eve@example.test', password: 'a long password' });
    assert.equal((await eve.ask('POST', '/joins', whole)).status, 404);
    assert.equal((await eve.ask('POST', `/${first}/splits`, { atMs: FIRST_MS + 600_000 }, tagged(2))).status, 404);
    assert.equal((await eve.ask('DELETE', `/edits/${body.edits[0].id}`)).status, 404);
    const { id: account } = (await api.get('/v1/account', accessToken)).body;
    const moments = Array.from({ length: MAX_EDITS }, (_, i) => new Date(NOW_MS - 1e9 + i * 1_000));
    await api.database.kysely
      .insertInto('workout_edits')
      .values(
        moments.map((at, i) => ({
          ...{ id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`, account, kind: 'split' as const },
          ...{ from_at: at, until_at: at, workouts: [first], created_at: at, undone_at: null },
        })),
      )
      .execute();
    const refused = await ask('POST', `/${first}/splits`, { atMs: FIRST_MS + 600_000 }, tagged(2));
    assert.deepEqual([refused.status, refused.body.type], [409, 'urn:slipstream:problem:too_many_edits']);
  });
}
