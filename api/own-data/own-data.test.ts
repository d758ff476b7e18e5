import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestApi } from '../api-for-tests.ts';
import { testDeletion } from './conformance.ts';
import { addRemoved } from './removed.ts';

testDeletion((t) => createTestApi(t));

test('what was removed adds up over passes, and nothing is named that was not there', () => {
  const first = { clickhouse: { samples: 3, rr: 1 }, streams: { facts: 2, dead: 0 } };
  assert.deepEqual(addRemoved(first, { clickhouse: { samples: 4 }, questdb: { rr: 1 } }), {
    clickhouse: { rr: 1, samples: 7 },
    questdb: { rr: 1 },
    streams: { facts: 2 },
  });
});
