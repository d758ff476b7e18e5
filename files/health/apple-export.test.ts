import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedFileError } from '../reasons.ts';
import { createAppleExportReader } from './apple-export.ts';
import { exportXml } from './apple-export-for-tests.ts';
import type { HealthRecord } from './health-record.ts';

const NOW_MS = Date.UTC(2026, 11, 1);

function read(xml: string, chunkBytes = 7) {
  const found: [HealthRecord, string | null][] = [];
  const reader = createAppleExportReader({ record: (...one) => found.push(one) }, NOW_MS);
  const bytes = Buffer.from(xml);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.write(bytes.subarray(at, at + chunkBytes));
  return { found, findings: reader.end() };
}

const reasonOf = (xml: string) => {
  try {
    read(xml, 1 << 16);
  } catch (error) {
    if (error instanceof RefusedFileError) return error.reason;
    throw error;
  }
  return null;
};

test('an export with its own document type is read record by record, whatever the chunks', () => {
  const { found, findings } = read(exportXml());
  assert.deepEqual(findings, {
    ...{ records: 4, workouts: 1, notTaken: { HKQuantityTypeIdentifierFlightsClimbed: 1 } },
    damage: [{ reason: 'impossible_value', count: 1 }],
  });
  const said = found.map(([{ origin, content }, route]) => [origin.app, origin.device, content.kind, route]);
  assert.deepEqual(said, [
    ['Ben’s Watch', 'Watch6,1', 'samples', null],
    ['Ben’s Watch', 'Watch6,1', 'amount', null],
    ['iPhone', '', 'amount', null],
    ['Ben’s Watch', 'Watch6,1', 'workout', '/workout-routes/route_2026-11-30_10.30am.gpx'],
  ]);
  assert.deepEqual(read(exportXml(), 1 << 16).found, found);
  assert.equal(new Set(found.map(([{ id }]) => id)).size, 4, 'each has an id of its own, that follows from it');
  const workout = found[3][0].content;
  assert.ok(workout.kind === 'workout');
  assert.deepEqual([workout.sport, workout.pauses.length, workout.lapStartsMs.length], ['treadmill_run', 2, 1]);
});

test('an export that breaks off gives what came before, and says so', () => {
  const cut = exportXml().slice(0, exportXml().indexOf('<Workout '));
  assert.deepEqual(read(cut).findings.damage, [
    { reason: 'truncated', count: 1 },
    { reason: 'impossible_value', count: 1 },
  ]);
});

test('what is no export, defines entities, or holds nothing that we keep is refused', () => {
  assert.equal(reasonOf('<gpx></gpx>'), 'unknown_format');
  assert.equal(reasonOf('not xml'), 'bad_xml');
  assert.equal(reasonOf('<HealthData></HealthData>'), 'no_samples');
  assert.equal(reasonOf(exportXml().replace('<!ELEMENT', '<!ENTITY a "b">\n<!ELEMENT')), 'xml_doctype');
});
