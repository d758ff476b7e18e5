import assert from 'node:assert/strict';
import { HOT_MS, NOW_MS } from '../api-for-tests.ts';
import type { TestApi } from '../openapi-for-tests.ts';
import type { PrivacyZone, Visibility } from '../profile/statements.ts';
import { sampleRow } from '../samples/rows.arbitrary.ts';
import { applyWorkoutFact } from '../workouts/project-activities.ts';
import { asOwner, factOf } from '../workouts/workouts-for-tests.ts';
import type { Fix } from './shown-spans.ts';

export const HOME = { name: 'Home', latitude: 48.2082, longitude: 16.3738, radiusM: 200 };
export const ALL_SHOWN: Visibility = {
  ...{ activities: 'everyone', tracks: 'everyone', heartRate: 'everyone' },
  ...{ power: 'everyone', body: 'everyone', records: 'everyone' },
};
/** All of it is in the cold store. */
export const START_MS = NOW_MS - HOT_MS - 3_600_000;
const DEVICE = 'watch-1';

/** A run from home and back, a fix a second, at `speedMps` to the north. */
export function outAndBack(seconds: number, speedMps = 5): Fix[] {
  return Array.from({ length: seconds }, (_, s) => ({
    atMs: START_MS + s * 1_000,
    latitude: HOME.latitude + (Math.min(s, seconds - 1 - s) * speedMps) / 111_195,
    longitude: HOME.longitude,
  }));
}

interface Given {
  readonly fixes: readonly Fix[];
  readonly zones?: readonly PrivacyZone[];
  readonly shown?: Visibility;
  readonly visibility?: string;
}

/** Ben's run, from the stream, with what ben says of who sees it. */
export async function sharedRun(api: TestApi, given: Given) {
  const { fixes, zones = [HOME], shown = ALL_SHOWN, visibility = 'everybody' } = given;
  const ben = await asOwner(api);
  const endMs = fixes[fixes.length - 1].atMs + 1;
  const fact = factOf(ben.athlete, START_MS, { endMs, devices: [DEVICE] });
  const { id } = fact.activity;
  api.activities.insert([{ ...fact.activity, versions: fact.versions }]);
  assert.equal(await applyWorkoutFact(api.database.kysely, fact, NOW_MS), true);
  api.cold.insert(
    fixes.map(({ atMs, latitude, longitude }, i) =>
      sampleRow(
        { tsMs: atMs, device: DEVICE },
        {
          ...(Number.isNaN(latitude) ? {} : { latitude: Math.round(latitude * 1e7) }),
          ...(Number.isNaN(longitude) ? {} : { longitude: Math.round(longitude * 1e7) }),
          ...{ heart_rate: 100 + (i % 50), altitude: 2_000 + i, speed: 5_000, distance: i * 500, steps: i * 3 },
          ...{ power: 200, cadence: 900, battery: 900, skin_temperature: 3_300 },
        },
      ),
    ),
  );
  const said = await ben.ask('PATCH', `/${id}`, { visibility, name: 'Out and back' }, { 'if-match': '"workout-1"' });
  assert.equal(said.status, 200, JSON.stringify(said.body));

  /** Says who sees what, and which places nobody sees. */
  async function say(privacyZones: readonly PrivacyZone[], visibleTo: Visibility, version = 0): Promise<void> {
    const headers = { 'if-match': `"profile-${version}"` };
    const payload = { privacyZones, visibility: visibleTo };
    const { status, body } = await api.ask({ method: 'PUT', url: '/v1/profile', payload, headers }, ben.accessToken);
    assert.equal(status, 200, JSON.stringify(body));
  }
  await say(zones, shown);
  return { ...ben, id, endMs, say };
}
