import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keys } from './names.ts';
import { encodePriority, PRIORITIES, parsePriority } from './priority.ts';

test('a setting is read as it was written, and its key names the same entity', () => {
  const setting = fc.record(
    {
      version: fc.integer({ min: 1 }),
      priority: fc.constantFrom(...PRIORITIES),
      untilMs: fc.option(fc.integer({ min: 0 })),
    },
    { noNullPrototype: true },
  );
  const kind = fc.constantFrom('device' as const, 'athlete' as const);
  fc.assert(
    fc.property(setting, kind, fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), (said, kind, id) => {
      assert.deepEqual(parsePriority(encodePriority(said)), said);
      assert.deepEqual(keys.parsePriority(keys.priority(kind, id)), { kind, id });
    }),
  );
});

test('what is no setting, or names nobody, is read as none', () => {
  const texts = [
    '',
    'null',
    '7',
    '{}',
    '{"version":1,"priority":"gold","untilMs":null}',
    '{"version":1.5,"priority":"race","untilMs":null}',
    '{"version":1,"priority":"race"}',
  ];
  for (const text of texts) assert.equal(parsePriority(Buffer.from(text)), null, text);
  for (const key of ['priority.device', 'priority.team.red', 'priority.device.a.b', 'zones.device.a']) {
    assert.equal(keys.parsePriority(key), null, key);
  }
});
