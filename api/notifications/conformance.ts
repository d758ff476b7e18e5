import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { TestApi } from '../openapi-for-tests.ts';
import {
  finishedFact,
  listOf,
  newsLetters,
  notify,
  publishFact,
  recordFact,
  recordNews,
  someone,
  until,
  withdraw,
} from './news-for-tests.ts';
import { testPush } from './push/conformance.ts';
import { testWebhooks } from './webhooks/conformance.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ACTIVITY = '00000000000000a1';

/** What notifications promise, on any PostgreSQL. `open` gives an API over an empty database. */
export function testNews(open: (t: TestContext) => Promise<TestApi>): void {
  testPush(open);
  testWebhooks(open);

  test('the records of an activity are one notification, which is sent once when it is over', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const { athlete } = ben;
    const endMs = api.clock.nowMs();
    api.news.start();
    const five = recordFact({ athlete, endMs, replaces: { value: 1_500, activity: 'b0', startMs: 1 } });
    await publishFact(api, five);
    await publishFact(api, recordFact({ athlete, endMs, kind: 'longest', name: 'distance', value: 12_340 }));
    await publishFact(api, five);
    await publishFact(api, recordFact({ athlete: 'nobody', endMs }));
    await until(async () => (await api.facts.durablePosition('notifications'))?.ackFloorSeq === 4, 'all are applied');
    const { notifications, unread, next } = await listOf(api, ben);
    const [{ id, data, ...rest }] = notifications;
    assert.deepEqual([notifications.length, unread, next, Object.keys(data.records).length], [1, 1, null, 2]);
    assert.deepEqual(rest, {
      kind: 'record',
      title: '2 new records (run)',
      text: '5 km: 24:10 (before: 25:00)\nlongest distance: 12.34 km',
      path: `/?activity=${ACTIVITY}`,
      ...{ eventMs: endMs, createdMs: endMs, readMs: null, withdrawnMs: null },
    });
    await api.clock.advance(5 * MINUTE_MS);
    await api.news.sending.runDue();
    assert.deepEqual(newsLetters(api), [], 'more may follow while it goes on');
    await publishFact(api, finishedFact(athlete, ACTIVITY, endMs));
    await until(async () => (await api.facts.durablePosition('notifications'))?.ackFloorSeq === 5, 'it is over');
    await api.clock.advance(MINUTE_MS);
    await api.news.sending.runDue();
    await api.news.sending.runDue();
    assert.deepEqual(
      newsLetters(api).map(([subject, text]) => [subject, text.split('\n\n--\n')[0]]),
      [['2 new records (run)', `${rest.title}\n${rest.text}\nhttp://here.test/?activity=${ACTIVITY}`]],
    );
  });

  test('a record that is withdrawn leaves its notification, and takes it along when it was the last', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const { athlete } = ben;
    const endMs = api.clock.nowMs();
    api.news.start();
    const applied = (seq: number) =>
      until(async () => (await api.facts.durablePosition('notifications'))?.ackFloorSeq === seq, `${seq} are applied`);
    const longest = { athlete, endMs, kind: 'longest', name: 'distance', value: 12_340 } as const;
    await publishFact(api, finishedFact(athlete, ACTIVITY, endMs));
    await publishFact(api, recordFact({ athlete, endMs }));
    await publishFact(api, recordFact(longest));
    await applied(3);
    await api.clock.advance(MINUTE_MS);
    await api.news.sending.runDue();
    await publishFact(api, recordFact({ ...longest, status: 'withdrawn', revision: 2 }));
    await publishFact(api, recordFact(longest));
    await applied(5);
    assert.equal(
      (await listOf(api, ben)).notifications[0].title,
      'New record (run): 5 km: 24:10',
      'not the older again',
    );
    await publishFact(api, recordFact({ athlete, endMs, status: 'withdrawn', revision: 2 }));
    await applied(6);
    const { notifications, unread } = await listOf(api, ben);
    assert.deepEqual([notifications.length, notifications[0].withdrawnMs, unread], [1, api.clock.nowMs(), 0]);
    await api.clock.advance(MINUTE_MS);
    await api.news.sending.runDue();
    assert.deepEqual(
      newsLetters(api).map(([subject]) => subject),
      ['2 new records (run)', 'Taken back: New record (run): 5 km: 24:10'],
    );
    await publishFact(api, recordFact({ athlete, endMs, revision: 3, value: 1_460 }));
    await applied(7);
    await api.clock.advance(MINUTE_MS);
    await api.news.sending.runDue();
    assert.deepEqual(newsLetters(api).at(-1)?.[0], 'New record (run): 5 km: 24:20', 'it is back, a little slower');
    assert.equal((await listOf(api, ben)).unread, 1);
  });

  test('what is withdrawn before it was sent is sent nowhere', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const news = recordNews(ben, 'a1', api.clock.nowMs());
    await notify(api, news);
    await withdraw(api, news);
    await api.clock.advance(HOUR_MS);
    await api.news.sending.runDue();
    assert.deepEqual(newsLetters(api), []);
    const { send } = api.mailer;
    api.mailer.send = () => Promise.reject(new Error('the mail server is away'));
    await notify(api, news);
    await api.clock.advance(MINUTE_MS);
    await api.news.sending.runDue();
    await withdraw(api, news);
    api.mailer.send = send;
    await api.clock.advance(HOUR_MS);
    await api.news.sending.runDue();
    assert.deepEqual(newsLetters(api), [], 'nor what waited for the mail server');
  });

  test('what quiet hours held back comes as one letter when they end', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    await prefer(api, ben.token, { quietHours: { from: '13:30', to: '16:00' } });
    const profile = {
      method: 'PUT',
      url: '/v1/profile',
      payload: { timeZone: 'Europe/Berlin', language: 'ru' },
    } as const;
    await api.ask({ ...profile, headers: { 'if-match': '"profile-0"' } }, ben.token);
    for (const key of ['a1', 'a2']) await notify(api, recordNews(ben, key, api.clock.nowMs()));
    const news = recordNews(ben, 'a3', api.clock.nowMs());
    await notify(api, news);
    await api.clock.advance(HOUR_MS);
    await api.news.sending.runDue();
    assert.deepEqual(newsLetters(api), [], 'it is 15 hours there');
    await withdraw(api, news);
    await api.clock.advance(HOUR_MS);
    await api.news.sending.runDue();
    const [[subject, text], ...others] = newsLetters(api);
    assert.deepEqual([subject, others], ['Уведомления Slipstream: 2', []]);
    assert.equal(text.match(/Новый рекорд \(бег\): 5 км: 24:10 \(было: 25:00\)/g)?.length, 2);
  });

  test('lengths are said in the units of the profile, in the list and in letters; efforts keep names', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    const said = { method: 'PUT', url: '/v1/profile', payload: { units: 'imperial' } } as const;
    await api.ask({ ...said, headers: { 'if-match': '"profile-0"' } }, ben.token);
    const news = recordNews(ben, 'a1', api.clock.nowMs());
    const more = {
      r2: { kind: 'longest', name: 'distance', value: 12_340, before: 800 },
      r3: { kind: 'longest', name: 'climb', value: 1_000, before: null },
    } as const;
    await notify(api, { ...news, data: { ...news.data, records: { ...news.data.records, ...more } } });
    const text = [
      '5 km: 24:10 (before: 25:00)',
      'most climb: 3,281 ft',
      'longest distance: 7.67 mi (before: 0.5 mi)',
    ].join('\n');
    assert.equal((await listOf(api, ben)).notifications[0].text, text);
    await api.clock.advance(MINUTE_MS);
    await api.news.sending.runDue();
    assert.ok(newsLetters(api)[0][1].includes(text), newsLetters(api)[0][1]);
    const { body } = await api.get('/v1/notifications/preferences', ben.token);
    assert.deepEqual([body.units, body.language], ['imperial', 'en']);
  });

  test('what is not wanted by a channel is not sent by it, nor listed where that is not wanted', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    await notify(api, recordNews(ben, 'a1', api.clock.nowMs()));
    await prefer(api, ben.token, { kinds: { record: { email: false, inApp: false } } });
    await notify(api, recordNews(ben, 'a2', api.clock.nowMs()));
    await api.clock.advance(HOUR_MS);
    await api.news.sending.runDue();
    assert.deepEqual(newsLetters(api), [], 'nor what was written down before');
    assert.deepEqual(
      (await listOf(api, ben)).notifications.map(({ path }: { path: string }) => path),
      ['/?activity=a1'],
    );
  });

  test('what happened days ago is in the list and sent nowhere', async (t) => {
    const api = await open(t);
    const ben = await someone(api);
    await notify(api, recordNews(ben, 'a1', api.clock.nowMs() - 49 * HOUR_MS));
    await api.clock.advance(HOUR_MS);
    await api.news.sending.runDue();
    assert.deepEqual([(await listOf(api, ben)).unread, newsLetters(api)], [1, []]);
  });

  test('the list comes page by page, and one reads some or all up to one', async (t) => {
    const api = await open(t);
    const [ben, eva] = [await someone(api), await someone(api, 'eva@example.test')];
    for (let i = 1; i <= 5; i++) await notify(api, recordNews(ben, `a${i}`, api.clock.nowMs()));
    await notify(api, recordNews(eva, 'e1', api.clock.nowMs()));
    const paths: string[][] = [];
    const ids: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const page: { notifications: { id: string; path: string }[]; next: string | null } = await listOf(
        ...([api, ben, `?limit=2${next === '' ? '' : `&cursor=${next}`}`] as const),
      );
      paths.push(page.notifications.map(({ path }) => path.slice(-2)));
      ids.push(...page.notifications.map(({ id }) => id));
      next = page.next;
    }
    assert.deepEqual(paths, [['a5', 'a4'], ['a3', 'a2'], ['a1']]);
    const read = async (payload: object, { token } = ben) =>
      (await api.ask({ method: 'POST', url: '/v1/notifications/readings', payload }, token)).body;
    assert.deepEqual(await read({ ids: [ids[0]] }, eva), { unread: 1 }, 'somebody else’s is left alone');
    assert.deepEqual(await read({ ids: [ids[0]] }), { unread: 4 });
    assert.deepEqual(await read({ upTo: ids[2] }), { unread: 1 });
    assert.deepEqual(
      (await listOf(api, ben, '?unread=true')).notifications.map(({ path }: { path: string }) => path.slice(-2)),
      ['a4'],
    );
    assert.equal((await listOf(api, eva)).unread, 1);
    await notify(api, recordNews(ben, 'a5', api.clock.nowMs()));
    assert.equal((await listOf(api, ben)).unread, 1, 'it says what it said');
    await notify(api, recordNews(ben, 'a5', api.clock.nowMs(), 1_440));
    assert.equal((await listOf(api, ben)).unread, 2, 'it says something else');
  });

  test('of two who change preferences at once one is told that they are others now', async (t) => {
    const api = await open(t);
    const { token } = await someone(api);
    const answers = await Promise.all([
      prefer(api, token, {}),
      prefer(api, token, { kinds: { record: { push: false } } }),
    ]);
    assert.deepEqual(answers.sort(), [200, 412]);
    const { body, headers } = await api.get('/v1/notifications/preferences', token);
    assert.deepEqual([body.version, headers.etag], [1, '"notification-preferences-1"']);
  });
}

/** From the version of somebody who has said nothing yet. */
async function prefer(api: TestApi, token: string, said: object): Promise<number> {
  const payload = { quietHours: null, kinds: {}, ...said };
  const headers = { 'if-match': '"notification-preferences-0"' };
  return (await api.ask({ method: 'PUT', url: '/v1/notifications/preferences', payload, headers }, token)).status;
}
