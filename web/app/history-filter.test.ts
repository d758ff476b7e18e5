import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { askedFor, filterOf, queryOf } from './history-filter.ts';

test('a filter in the address is read back as it was', () => {
  const filter = fc.record({
    text: fc.string(),
    sport: fc.constantFrom('', 'run', 'ride'),
    source: fc.constantFrom('', 'stream', 'manual'),
    from: fc.constantFrom('', '2026-06-01'),
    until: fc.constantFrom('', '2026-06-08'),
  });
  fc.assert(fc.property(filter, (one) => assert.deepEqual(filterOf(queryOf(one)), { ...one })));
});

test('the API is asked from the first midnight to the one that ends the last day', () => {
  const asked = askedFor('sport=run&from=2026-06-08&until=2026-06-08&text=+hill+');
  assert.deepEqual(Object.fromEntries(asked), {
    sport: 'run',
    text: 'hill',
    from: String(new Date(2026, 5, 8).getTime()),
    until: String(new Date(2026, 5, 9).getTime()),
  });
});

test('what is no day, and a search for nothing, are not asked', () => {
  assert.equal(askedFor('from=yesterday&until=&text=++').toString(), '');
});
