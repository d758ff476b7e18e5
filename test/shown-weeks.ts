import assert from 'node:assert/strict';
import { countedActivity } from '../api/progress/counted.arbitrary.ts';
import type { Sport } from '../schemas/events.ts';
import { PERSON, type showApp } from './shown-app.ts';

const DAY_MS = 86_400_000;
const DAYS = 75;
/** Of the last days workouts are entered by hand and stand in the history; before, they only count. */
const BY_HAND_DAYS = 9;

const daysAgo = (nowMs: number, days: number) => new Date(nowMs - days * DAY_MS).toISOString().slice(0, 10);

interface Did {
  readonly sport: Sport;
  readonly localStart: string;
  readonly timeZone: string;
  readonly averageHeartRateBpm: number;
  readonly durationS: number;
  readonly distanceM?: number;
  readonly climbM?: number;
  readonly name?: string;
  readonly effort?: number;
}

/** What somebody enters on a day, if anything: runs, a long ride on Sundays, strength now and then. */
function workoutOf(nowMs: number, ago: number): Did | null {
  const day = daysAgo(nowMs, ago);
  const weekday = new Date(day).getUTCDay();
  const usual = { timeZone: 'Europe/Vienna', localStart: `${day}T07:30`, averageHeartRateBpm: 138 + (ago % 15) };
  if (weekday === 0)
    return { ...usual, sport: 'ride', durationS: 7_500, distanceM: 58_000 + 900 * (ago % 5), climbM: 640 };
  if (weekday === 5) return { ...usual, sport: 'strength', durationS: 2_400 };
  if (weekday === 1 || weekday === 4) return null;
  const distanceM = 8_000 + 700 * (ago % 6);
  const run: Did = {
    ...usual,
    sport: 'run',
    distanceM,
    durationS: Math.round(distanceM * 0.33),
    climbM: 40 + 10 * (ago % 7),
  };
  return weekday === 3 ? { ...run, name: 'Hill reps', effort: 7 } : run;
}

/** Ten weeks of training of who has registered, three goals, and what they say of themselves. */
export async function trainForWeeks(app: Awaited<ReturnType<typeof showApp>>): Promise<void> {
  const payload = { ...PERSON, as: 'token' };
  const { accessToken } = (await app.ask({ method: 'POST', url: '/v1/sessions', payload })).body;
  async function say(method: 'POST' | 'PUT', path: string, said: object, headers?: Record<string, string>) {
    const { status, body } = await app.ask({ method, url: `/v1${path}`, payload: said, headers }, accessToken);
    assert.ok(status < 300, JSON.stringify(body));
  }
  const [{ athlete }] = await app.identity.database.selectFrom('accounts').select('athlete').execute();
  const nowMs = app.clock.nowMs();
  for (let ago = DAYS; ago > 0; ago--) {
    const workout = workoutOf(nowMs, ago);
    if (workout === null) continue;
    if (ago <= BY_HAND_DAYS) {
      await say('POST', '/workouts', workout);
      continue;
    }
    const { sport, distanceM = null, durationS, climbM = null, localStart } = workout;
    const sums = { sport, distanceM, movingS: durationS, elevationGainM: climbM, trainingLoad: durationS / 60 };
    app.counted.insert([countedActivity({ athlete, startMs: Date.parse(`${localStart}Z`), ...sums })]);
  }
  await say('POST', '/goals', { measure: 'distanceM', period: 'week', sport: 'run', target: 35_000 });
  await say('POST', '/goals', { measure: 'movingS', period: 'month', target: 90_000 });
  await say('POST', '/goals', { measure: 'activities', period: 'year', target: 120 });
  const profile = {
    ...{ birthDate: '1990-02-28', sex: 'female', timeZone: 'Europe/Vienna' },
    heart: [
      { from: daysAgo(nowMs, 300), maxHeartRateBpm: 190, thresholdHeartRateBpm: 170 },
      { from: daysAgo(nowMs, 40), maxHeartRateBpm: 188, thresholdHeartRateBpm: 172 },
    ],
    thresholds: [
      { from: daysAgo(nowMs, 200), sports: ['ride'], ftpW: 215 },
      { from: daysAgo(nowMs, 60), sports: ['run'], thresholdSpeedMps: 3.92 },
    ],
    body: [70.4, 69.8, 69.9, 68.7, 68.1, 67.6].map((weightKg, i) => ({ from: daysAgo(nowMs, 250 - 45 * i), weightKg })),
  };
  await say('PUT', '/profile', profile, { 'if-match': '"profile-0"' });
  const shown = { athlete, isMarked: false, activity: 'f'.repeat(16), startMs: nowMs - 6 * DAY_MS };
  app.shownEvidence.insert([{ ...shown, kind: 'power', sport: 'ride', value: 246 }]);
}
