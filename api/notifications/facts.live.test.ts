import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { retry } from '../../runtime/backoff.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createSilentLog } from '../../runtime/log.ts';
import { startTestNats, type TestNats } from '../../runtime/nats/nats-for-tests.ts';
import { openPlatform, platformOptions } from '../../runtime/nats/platform.ts';
import { readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import { LogUnavailableError } from '../../runtime/stream/stream.ts';
import { testDatabase } from '../database/database-for-tests.ts';
import { createMailCatcher } from '../mail/caught.ts';
import { createPostOutside } from '../outside/post-outside.ts';
import { finishedFact, recordFact, until } from './news-for-tests.ts';
import { createNewsService, type NewsService } from './news-service.ts';

const ACTIVITY = '00000000000000a1';
const log = createSilentLog();
const release = createReleaseStack({ log });
const mailer = createMailCatcher(systemClock);
let nats: TestNats;

before(async () => {
  nats = await startTestNats();
  await testDatabase.empty();
});
after(async () => {
  await release.release();
  await nats?.stop();
});

/** A process of the API, as far as it tells people what is new. */
async function startProcess(name: string) {
  const argv = [`--nats-urls=${nats.url}`, `--frames-max-bytes=${2 ** 26}`, `--facts-max-bytes=${2 ** 26}`];
  const options = readOptions(platformOptions, { argv, env: {} });
  const platform = await openPlatform(options, { name, logger: log, release });
  const facts = await platform.facts();
  const news: NewsService = createNewsService({
    ...{ database: testDatabase.kysely, clock: systemClock, log, mailer, publicUrl: 'http://here.test', facts },
    ...{ outside: createPostOutside({ allowLoopback: false }), bus: platform.bus, names: platform.names },
    gatherMs: { email: 0, push: 0, webhook: 0 },
  });
  release.add(name, news.stop);
  news.start();
  return { ...platform, news, facts };
}

test('of two processes one tells of a record, in the list, live and by letter, and of its withdrawal', async () => {
  const [one, two] = [await startProcess('one'), await startProcess('two')];
  const [account, athlete] = [randomUUID(), 'p0123456789'];
  const now = new Date();
  await testDatabase.kysely
    .insertInto('accounts')
    .values({
      ...{ id: account, athlete, email: 'ben@example.test', email_key: 'ben@example.test', password_hash: '' },
      ...{ verified_at: now, roles: ['athlete'], organiser: null, created_at: now },
    })
    .execute();
  const watched: { unread: number; newest: { title: string; withdrawnMs: number | null } | null }[] = [];
  const stopWatching = two.news.watching.watch(account, {
    tell: (message) => void watched.push(JSON.parse(Buffer.from(message).toString())),
  });
  await two.bus.flush();
  const publish = async (fact: ReturnType<typeof recordFact> | ReturnType<typeof finishedFact>, id: string) => {
    const subject = one.names.fact(fact.kind, fact.entity);
    const data = Buffer.from(JSON.stringify(fact));
    await retry(() => one.facts.publish(subject, data, { msgId: id, headers: {} }), {
      isRetryable: (error) => error instanceof LogUnavailableError,
      delaysMs: Array.from({ length: 120 }, () => 500),
    });
  };
  const set = recordFact({ athlete, endMs: now.getTime(), activity: ACTIVITY });
  await publish(finishedFact(athlete, ACTIVITY, now.getTime()), 'finished');
  await publish(set, 'set');
  await publish(set, 'set again');
  const subjects = () =>
    mailer
      .caught()
      .map(({ subject }) => subject)
      .reverse();
  await until(() => subjects().length > 0, 'the letter');
  await until(() => watched.at(-1)?.unread === 1, 'who watches is told');
  assert.equal(watched.at(-1)?.newest?.title, 'New record (run): 5 km: 24:10');
  await nats.killAndRestart();
  await publish(
    recordFact({ athlete, endMs: now.getTime(), activity: ACTIVITY, status: 'withdrawn', revision: 2 }),
    'w',
  );
  await until(() => subjects().length > 1, 'the letter that takes it back');
  assert.deepEqual(subjects(), ['New record (run): 5 km: 24:10', 'Taken back: New record (run): 5 km: 24:10']);
  const { notifications, unread } = await one.news.readList(account, { limit: 10, after: null }, { onlyUnread: false });
  assert.deepEqual([notifications.length, unread, notifications[0].withdrawnMs !== null], [1, 0, true]);
  await until(() => (watched.at(-1)?.newest?.withdrawnMs ?? null) !== null, 'who watches is told of that');
  stopWatching();
});
