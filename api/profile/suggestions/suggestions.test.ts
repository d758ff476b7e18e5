import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { settingsOn } from '../../../schemas/settings-at.ts';
import { BEN, signUp } from '../../accounts/accounts-for-tests.ts';
import { createTestApi, NOW_MS } from '../../api-for-tests.ts';
import { settingsOf } from '../rules.ts';
import type { ProfileStatement } from '../statements.ts';
import { evidenceReaderConformance } from './conformance.ts';
import { withoutLeft } from './left-suggestions.ts';
import { createMemoryEvidenceReader } from './memory-reader.ts';
import { EVIDENCE_KINDS } from './reader.ts';
import { suggest, withSuggestion } from './suggest.ts';

const twin = createMemoryEvidenceReader();
evidenceReaderConformance('memory', async () => ({ reader: twin, insert: async (shown) => twin.insert(shown) }));

const DAY_MS = 86_400_000;
const shown = { activity: '0123456789abcdef', startMs: NOW_MS - DAY_MS, isMarked: false };

test('what was shown is suggested with its evidence, changes nothing, and counts once it is taken', async (t) => {
  const api = await createTestApi(t);
  const { accessToken } = await signUp(api);
  const { athlete } = (await api.get('/v1/account', accessToken)).body;
  api.shownEvidence.insert([
    { ...shown, athlete, kind: 'power', sport: 'ride', value: 263.4 },
    { ...shown, athlete, kind: 'heartRate', sport: 'ride', value: 187 },
    { ...shown, athlete, kind: 'pace', sport: 'run', value: 3.999 },
    { ...shown, athlete, kind: 'power', sport: 'ride', value: 400, startMs: NOW_MS - 91 * DAY_MS },
    { ...shown, athlete: 'somebody', kind: 'power', sport: 'ride', value: 410 },
  ]);
  const headers = (version: number) => ({ 'if-match': `"profile-${version}"` });
  const payload = { thresholds: [{ from: '2026-01-01', sports: ['ride'], ftpW: 240 }] };
  await api.ask({ method: 'PUT', url: '/v1/profile', payload, headers: headers(0) }, accessToken);
  const read = async () => (await api.get('/v1/profile/suggestions', accessToken)).body.suggestions;
  const before = await read();
  const evidence = (value: number) => ({ value, activity: shown.activity, startMs: shown.startMs });
  const highest = 'the highest that was measured';
  assert.deepEqual(
    before.map(({ id: _, ...rest }: { id: string }) => rest),
    [
      {
        ...{ list: 'thresholds', value: 'ftpW', rule: '95 % of the best twenty minutes', sport: 'ride' },
        ...{ suggested: 250, stated: 240, evidence: evidence(263.4) },
      },
      {
        ...{ list: 'heart', value: 'maxHeartRateBpm', rule: highest, sport: 'ride' },
        ...{ suggested: 187, stated: null, evidence: evidence(187) },
      },
      {
        ...{ list: 'thresholds', value: 'thresholdSpeedMps', rule: 'the best half hour', sport: 'run' },
        ...{ suggested: 3.99, stated: null, evidence: evidence(3.999) },
      },
    ],
  );
  assert.equal((await api.get('/v1/profile', accessToken)).body.version, 1, 'reading changes nothing');
  const take = (id: string, version: number) => {
    const url = `/v1/profile/suggestions/${id}/acceptances`;
    return api.ask({ method: 'POST', url, headers: headers(version) }, accessToken);
  };
  assert.equal((await take(before[0].id, 0)).status, 412);
  const { status, body } = await take(before[0].id, 1);
  assert.deepEqual([status, body.version], [200, 2]);
  assert.deepEqual(body.thresholds, [...payload.thresholds, { from: '2026-06-08', sports: ['ride'], ftpW: 250 }]);
  assert.deepEqual(await read(), before.slice(1));
  assert.equal((await take(before[0].id, 2)).body.type, 'urn:slipstream:problem:unknown_suggestion');
});

test('what is left is asked on no device again until activities show something else, and may be taken', async (t) => {
  const api = await createTestApi(t);
  const [ben, eva] = [await signUp(api), await signUp(api, { ...BEN, email: 'eva@example.test' })];
  const insert = async ({ accessToken }: typeof ben, value: number, startMs = shown.startMs) => {
    const { athlete } = (await api.get('/v1/account', accessToken)).body;
    api.shownEvidence.insert([{ ...shown, startMs, athlete, kind: 'power', sport: 'ride', value }]);
  };
  const read = async ({ accessToken }: typeof ben) =>
    (await api.get('/v1/profile/suggestions', accessToken)).body.suggestions as { id: string; suggested: number }[];
  const watts = async (who = ben) => (await read(who)).map(({ suggested }) => suggested);
  const answer = async (id: string, part: string, headers: Record<string, string> = {}, who = ben) => {
    const url = `/v1/profile/suggestions/${id}/${part}`;
    return (await api.ask({ method: 'POST', url, headers }, who.accessToken)).status;
  };
  for (const who of [ben, eva]) await insert(who, 300);
  const [first] = await read(ben);
  assert.equal(await answer(first.id, 'refusals'), 204);
  assert.deepEqual([await watts(), await watts(eva)], [[], [285]], 'it is ben who left it');
  assert.equal(await answer(first.id, 'refusals'), 204, 'again it changes nothing');
  await insert(ben, 302, NOW_MS - 60_000);
  assert.deepEqual(await watts(), [], '286 W are no more than 285 W');
  await insert(ben, 320, NOW_MS);
  const [more] = await read(ben);
  assert.equal(more.suggested, 304);
  assert.equal(await answer(more.id, 'refusals'), 204);
  assert.equal(await answer(more.id, 'acceptances', { 'if-match': '"profile-0"' }), 200, 'somebody changed their mind');
  assert.equal((await api.get('/v1/profile', ben.accessToken)).body.thresholds[0].ftpW, 304);
});

test('of what was left only another number is suggested, be it more or less', () => {
  const watt = fc.integer({ min: 100, max: 500 });
  fc.assert(
    fc.property(watt, watt, (before, now) => {
      const evidence = { kind: 'power', sport: 'ride', activity: 'a', startMs: NOW_MS } as const;
      const [one] = suggest({}, [{ ...evidence, value: now / 0.95 + 0.1 }], '2026-06-08');
      const left = { value: 'ftpW', sport: 'ride', suggested: before } as const;
      const isFar = Math.abs(before - one.suggested) >= 0.01 * Math.min(before, one.suggested);
      assert.deepEqual(withoutLeft([one], [left]), isFar ? [one] : []);
      assert.deepEqual(withoutLeft([one], [{ ...left, sport: 'run' }]), [one]);
    }),
  );
});

test('a suggestion is never less than what is stated, holds once it is taken, and is then made no more', () => {
  const anyEvidence = fc.record({
    kind: fc.constantFrom(...EVIDENCE_KINDS),
    sport: fc.constantFrom('run' as const, 'ride' as const, 'trail_run' as const),
    value: fc.double({ min: 60, max: 220, noNaN: true }),
    activity: fc.constant('0123456789abcdef'),
    startMs: fc.constant(NOW_MS),
  });
  const anyProfile: fc.Arbitrary<ProfileStatement> = fc.record({
    heart: fc.constantFrom([], [{ from: '2026-01-01', maxHeartRateBpm: 180 }]),
    thresholds: fc.constantFrom([], [{ from: '2026-06-08', sports: ['ride' as const], ftpW: 150, wPrimeJ: 9_000 }]),
  });
  const unique = fc.uniqueArray(anyEvidence, { maxLength: 6, selector: ({ kind, sport }) => `${kind} ${sport}` });
  fc.assert(
    fc.property(anyProfile, unique, (profile, evidence) => {
      for (const one of suggest(profile, evidence, '2026-06-08')) {
        assert.ok(one.suggested > (one.stated ?? 0));
        const after = withSuggestion(profile, one, '2026-06-08');
        const holds = settingsOn({ version: 0, ...settingsOf(after) }, '2026-06-08', one.sport).profile;
        assert.equal(holds[one.value], one.suggested);
        const again = suggest(after, evidence, '2026-06-08');
        assert.ok(!again.some(({ sport, value }) => sport === one.sport && value === one.value));
      }
    }),
  );
});
