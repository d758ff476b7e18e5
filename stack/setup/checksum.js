import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { SetupError } from './run.js';

/** Throws when a downloaded file is not the one that versions.json pins. */
export function checkSha256(file, expected) {
  const actual = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (actual === expected) return;
  throw new SetupError(
    `${basename(file)} has the checksum ${actual} and not ${expected}, which stack/versions.json pins: ` +
      'it was thrown away. Ask whoever runs your package mirror, or pin the new one after a look at it.',
  );
}
