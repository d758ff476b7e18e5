import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UPLOAD_REASONS } from '../api/imports/refused-upload.ts';
import { FILE_REASONS } from '../files/reasons.ts';
import { en } from '../web/app/words-en.ts';

/** Of tables, which are not uploaded. */
const OF_TABLES = ['bad_table', 'foreign_parquet'];
/** Said with the limits, by a phrase of its own. */
const TOO_LARGE = 'upload_too_large';

test('the application has words for every reason why a file is refused, or an upload as a whole', () => {
  const refused = Object.entries(FILE_REASONS).filter(([, { outcome }]) => outcome === 'refused');
  const names = [
    ...refused.map(([reason]) => reason).filter((reason) => !OF_TABLES.includes(reason)),
    ...['gone', 'not_taken'],
  ].map((reason) => `reason_${reason}`);
  const whole = UPLOAD_REASONS.filter((reason) => reason !== TOO_LARGE).map((reason) => `upload_${reason}`);
  assert.deepEqual(
    [...names, ...whole].filter((name) => !Object.hasOwn(en, name)),
    [],
  );
});
