import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestRecoveryCode, isRecoveryCode, newRecoveryCode } from './recovery-codes.ts';

test('a recovery code is known however it is typed, and no other is', () => {
  const code = newRecoveryCode();
  assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  const digest = digestRecoveryCode(code);
  for (const typed of [code, code.toLowerCase(), code.replaceAll('-', ''), ` ${code.replaceAll('-', ' ')} `]) {
    assert.equal(isRecoveryCode(typed, digest), true, typed);
  }
  assert.equal(isRecoveryCode('0OiL-0000-0000-0000', digestRecoveryCode('0011-0000-0000-0000')), true);
  for (const other of [newRecoveryCode(), '', code.slice(1)]) assert.equal(isRecoveryCode(other, digest), false);
});

test('what is kept of a code tells nothing of it, and differs each time', () => {
  const code = newRecoveryCode();
  const digests = [digestRecoveryCode(code), digestRecoveryCode(code)];
  assert.notEqual(digests[0], digests[1]);
  for (const digest of digests) assert.equal(digest.includes(code.replaceAll('-', '')), false);
  assert.equal(new Set(Array.from({ length: 1_000 }, newRecoveryCode)).size, 1_000);
});
