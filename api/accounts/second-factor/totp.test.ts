import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Secret } from 'otpauth';
import { newTotpSecret, totpCode, totpStep, totpUri } from './totp.ts';

/** RFC 6238, appendix B: seconds since 1970, and the code by each hash. */
const VECTORS = [
  [59, '94287082', '46119246', '90693936'],
  [1_111_111_109, '07081804', '68084774', '25091201'],
  [1_111_111_111, '14050471', '67062674', '99943326'],
  [1_234_567_890, '89005924', '91819424', '93441116'],
  [2_000_000_000, '69279037', '90698825', '38618901'],
  [20_000_000_000, '65353130', '77737706', '47863826'],
] as const;
/** The same digits again and again, as long as each hash (errata 2866). */
const secretOf = (bytes: number) => Secret.fromLatin1('1234567890'.repeat(7).slice(0, bytes)).base32;

test('codes are those of RFC 6238’s test vectors', () => {
  for (const [s, sha1, sha256, sha512] of VECTORS) {
    const settings = { digits: 8, period: 30 };
    const codes = [
      totpCode(secretOf(20), s * 1_000, { ...settings, algorithm: 'SHA1' }),
      totpCode(secretOf(32), s * 1_000, { ...settings, algorithm: 'SHA256' }),
      totpCode(secretOf(64), s * 1_000, { ...settings, algorithm: 'SHA512' }),
    ];
    assert.deepEqual(codes, [sha1, sha256, sha512]);
    // Six digits are the last ones of eight (RFC 4226, 5.3).
    assert.equal(totpCode(secretOf(20), s * 1_000), sha1.slice(2));
  }
});

test('a code is known by its step for one step before and after, and no longer', () => {
  const anyMs = fc.integer({ min: 60_000, max: 4_102_444_800_000 });
  fc.assert(
    fc.property(anyMs, fc.integer({ min: -3, max: 3 }), (atMs, steps) => {
      const secret = newTotpSecret();
      const ofStep = Math.floor(atMs / 30_000) + steps;
      fc.pre(ofStep >= 0);
      const code = totpCode(secret, ofStep * 30_000);
      const near = [-1, 0, 1].map((delta) => Math.floor(atMs / 30_000) + delta);
      const expected = near.filter((step) => totpCode(secret, step * 30_000) === code);
      const found = totpStep(secret, code, atMs);
      // Two steps of a secret may have the same code, once in a million times.
      if (expected.length === 0) assert.equal(found, null);
      else assert.ok(expected.includes(found!));
    }),
    { seed: 49, numRuns: 100 },
  );
});

test('an app learns from the address all that it needs', () => {
  const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
  const uri = new URL(totpUri(secret, { issuer: 'Slipstream', email: 'ben+tri@example.test' }));
  assert.equal(decodeURIComponent(uri.href.split('?')[0]), 'otpauth://totp/Slipstream:ben+tri@example.test');
  assert.deepEqual(Object.fromEntries(uri.searchParams), {
    ...{ issuer: 'Slipstream', secret, algorithm: 'SHA1', digits: '6', period: '30' },
  });
});

test('secrets are 160 bits, and never the same', () => {
  const secrets = Array.from({ length: 100 }, newTotpSecret);
  for (const secret of secrets) assert.match(secret, /^[A-Z2-7]{32}$/);
  assert.equal(new Set(secrets).size, secrets.length);
});
