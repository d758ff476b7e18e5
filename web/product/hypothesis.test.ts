import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hypothesisText } from './hypothesis.ts';
import type { Funnel } from './product-answers.ts';

const DAYS = { fromDay: '2026-05-11', untilDay: '2026-06-08' };
const said = (now: Omit<Funnel['regularNow'], 'fromDay' | 'untilDay'>) =>
  hypothesisText({ regularNow: { ...DAYS, ...now } });

test('the hypothesis is answered by its whole interval, with its numbers, and left open by a few people', () => {
  assert.equal(
    said({ of: 200, people: 140, share: 0.7, low95: 0.633, high95: 0.759 }),
    'Yes, people log regularly: 140 of 200 (70%; 95% certain: 63% to 76%) did so in 3 of the 4 weeks ' +
      'from May 11, 2026 to Jun 7, 2026.',
  );
  assert.match(said({ of: 200, people: 40, share: 0.2, low95: 0.15, high95: 0.26 }), /^No, most people do not log/);
  assert.match(said({ of: 40, people: 22, share: 0.55, low95: 0.4, high95: 0.69 }), /^It cannot be told yet/);
  assert.match(said({ of: 6, people: null, share: null, low95: null, high95: null }), /^Too few people/);
  assert.match(said({ of: 0, people: 0, share: null, low95: null, high95: null }), /^Nobody has been here/);
});
