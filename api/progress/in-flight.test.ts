import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInFlight } from './in-flight.ts';

test('who asks the same at once is answered once, and who asks afterwards anew', async () => {
  const share = createInFlight<number>();
  let asked = 0;
  const answers: PromiseWithResolvers<number>[] = [];
  const ask = () => {
    asked++;
    answers.push(Promise.withResolvers<number>());
    return answers.at(-1)!.promise;
  };
  const both = [share('a', ask), share('a', ask)];
  const other = share('b', ask);
  assert.equal(asked, 2);
  answers[0].resolve(1);
  answers[1].resolve(2);
  assert.deepEqual(await Promise.all([...both, other]), [1, 1, 2]);
  const later = share('a', ask);
  assert.equal(asked, 3);
  answers[2].resolve(3);
  assert.equal(await later, 3);
});

test('one who has gone takes the answer from nobody, and a failure is told to all and not kept', async () => {
  const share = createInFlight<number>();
  const answer = Promise.withResolvers<number>();
  const gone = new AbortController();
  const first = share('a', () => answer.promise, gone.signal);
  const second = share('a', () => assert.fail('it is asked already'));
  gone.abort(new Error('the client is gone'));
  await assert.rejects(first, /the client is gone/);
  await assert.rejects(
    share('a', () => assert.fail('nobody is there'), gone.signal),
    /the client is gone/,
  );
  answer.reject(new Error('out of reach'));
  await assert.rejects(second, /out of reach/);
  assert.equal(await share('a', async () => 2), 2);
});
