import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTestApi } from '../../api-for-tests.ts';
import { noPostgresql, openTestPostgresql } from '../../database/postgresql-for-tests.ts';
import { testSecondFactor } from './conformance.ts';
import { challengeOf, codeNow, complete, signUpWithSecondFactor } from './second-factor-for-tests.ts';

describe('the second factor on a PostgreSQL', { skip: noPostgresql }, () => {
  let database: Awaited<ReturnType<typeof openTestPostgresql>>;
  before(async () => {
    database = await openTestPostgresql();
  });
  after(() => database?.stop());

  testSecondFactor((t, options) => createTestApi(t, { ...options, database }));

  test('of many who show one code at once, one is let in, whether with one challenge or with many', async (t) => {
    const api = await createTestApi(t, { database });
    const ben = await signUpWithSecondFactor(api);
    const opened = async (challenges: string[], code: string) => {
      const answers = await Promise.all(challenges.map((challenge) => complete(api, challenge, code)));
      return answers.filter(({ status }) => status === 201).length;
    };
    const { challenge } = await challengeOf(api);
    assert.equal(await opened(Array(4).fill(challenge), codeNow(api, ben)), 1);
    const challenges = await Promise.all(Array.from({ length: 4 }, async () => (await challengeOf(api)).challenge));
    assert.equal(await opened(challenges, ben.recoveryCodes[0]), 1);
    await api.clock.advance(3_600_000);
    const later = await Promise.all(Array.from({ length: 4 }, async () => (await challengeOf(api)).challenge));
    assert.equal(await opened(later, codeNow(api, ben)), 1);
  });
});
