import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBuildValidator } from './validators.ts';

const OPTIONS = { customOptions: { coerceTypes: true } };
const limit = (maximum: number) => ({ type: 'object', properties: { limit: { type: 'integer', maximum } } });

test('schemas that say the same have one validator, in every server; others have their own', () => {
  const build = createBuildValidator();
  const [one, other] = [build({}, OPTIONS), build({}, OPTIONS)] as unknown as ((route: object) => unknown)[];
  assert.equal(one({ schema: limit(5) }), other({ schema: limit(5) }));
  assert.notEqual(one({ schema: limit(5) }), one({ schema: limit(6) }));
});

test('a validator says what is wrong, and makes numbers of words where its server’s options say so', () => {
  const build = createBuildValidator();
  type Validate = ((given: object) => boolean) & { errors?: { instancePath: string; keyword: string }[] | null };
  const compile = (options: object) =>
    (build({}, options) as unknown as (route: object) => Validate)({ schema: limit(5) });
  const [lenient, strict] = [compile(OPTIONS), compile({ customOptions: { coerceTypes: false } })];
  const given = { limit: '4' };
  assert.equal(lenient(given), true);
  assert.deepEqual(given, { limit: 4 });
  assert.equal(strict({ limit: '4' }), false);
  assert.equal(lenient({ limit: 6 }), false);
  assert.deepEqual(
    lenient.errors?.map(({ instancePath, keyword }) => [instancePath, keyword]),
    [['/limit', 'maximum']],
  );
});
