import { createTokenSource } from '../../../device-sim/token.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { createLatencyHistogram } from '../../../runtime/latency.ts';
import { within } from '../../../runtime/release.ts';
import { openAccount, otherCores } from '../../cpu-account.ts';
import { startLoad } from '../../deployment/load-process.ts';
import { figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { startOurPath } from '../whole-path/our-path.ts';
import { wrongDistinct } from '../whole-path/wrong-distinct.ts';
import { openWatchedDevice, type WatchedDevice } from './watched-device.ts';

/** Device time is so far in the past, and the run shorter: what is older than half an hour is a backlog. */
const BEHIND_MS = 1_200_000;
const SECOND_MS = 1_000;
const START_TIMEOUT_MS = 120_000;
const SETTLE_MS = 60_000;
const LOOK_EVERY_MS = 250;
const TICK_MS = 5;
const WINDOW = 8;
/** Of the activities that nobody watches, so many are looked at in the end. */
const LOOKED_AT = 50;

/**
 * How long a sample takes from the device until a subscriber sees a metric that it is in, while thousands of activities
 * go on, each with a sample a second.
 */
export async function runLiveLatency(deps: ScenarioDeps): Promise<Outcome> {
  const { options, release, say } = deps;
  const { liveActivities, watchedActivities: watched, warmUpS, rampS, measureS, rounds } = options;
  if (watched >= liveActivities) throw new RangeError('more are watched than go on');
  const path = await startOurPath(deps);
  const signal = AbortSignal.any([deps.signal, path.deployment.lostSignal]);
  const { host, mqttPort, tokenKey, urls } = path.deployment;
  const tokenFor = await createTokenSource(tokenKey, systemClock);

  const others = liveActivities - watched;
  const load = startLoad(
    'live',
    path.target,
    {
      ...{ protocols: 'raw', devices: others, window: WINDOW, samplesPerFrame: 1, sampleGapMs: SECOND_MS, frames: 0 },
      ...{ framesPerS: others, framesPerTurn: 1, spanS: BEHIND_MS / SECOND_MS },
    },
    release,
  );
  await within(START_TIMEOUT_MS, 'the first acknowledgement', () => load.isFlowing);
  say(`${count(others)} activities go on, ${count(watched)} more are watched`);
  const startMs = Math.floor((Date.now() - BEHIND_MS) / SECOND_MS) * SECOND_MS + SECOND_MS / 2;
  const liveUrl = `${urls.api.replace('http', 'ws')}/v1/live/activities`;
  const devices: WatchedDevice[] = [];
  release.add('the watched devices', async () => void (await Promise.all(devices.map((one) => one.close()))));
  for (let i = 0; i < watched; i++) {
    const device = `watched-${String(i + 1).padStart(4, '0')}`;
    const token = (await tokenFor(device)) ?? '';
    devices.push(await openWatchedDevice({ device, token, host, mqttPort, liveUrl, startMs, spanMs: BEHIND_MS }));
  }

  const stopSending = new AbortController();
  const sending = sendEachSecond(devices, AbortSignal.any([signal, stopSending.signal]));
  sending.catch(() => undefined); // awaited below, once the rounds are over
  await within(START_TIMEOUT_MS, 'something to see of each who is watched', () => untilSeen(devices, signal));
  await systemClock.sleep((warmUpS + rampS) * SECOND_MS, signal);
  const away = () => devices.reduce((sum, one) => sum + one.away(), 0);
  const awayBefore = away();
  const turns = [];
  for (let round = 0; round < rounds; round++) {
    const latency = createLatencyHistogram();
    const close = openAccount(new Map([...path.pids, ['load', load.pid], ['bench', process.pid]]));
    for (const one of devices) one.measureInto(latency);
    await systemClock.sleep(measureS * SECOND_MS, signal);
    const account = close();
    const { cpuMs, elapsedMs } = account;
    const [p50Ms, p99Ms] = [latency.quantileMs(0.5), latency.quantileMs(0.99)];
    say(`p50 ${Math.round(p50Ms)} ms, p99 ${Math.round(p99Ms)} ms, at most ${Math.round(latency.maxMs)} ms`);
    turns.push({
      samples: latency.count,
      p50Ms,
      p99Ms,
      maxMs: latency.maxMs,
      cpuMs,
      elapsedMs,
      otherCores: otherCores(account, 0),
    });
  }
  const awayMeanwhile = away() - awayBefore;
  const goingOn = await countGoingOn(urls.api, tokenFor, others);
  stopSending.abort();
  await sending;
  const summary = await load.finish();
  const unseen = () => devices.reduce((sum, one) => sum + one.sent() - one.seen(), 0);
  const acknowledged = () => devices.reduce((sum, one) => sum + one.acknowledged(), summary.samplesAcknowledged);
  await untilSettled(async () => {
    const rows = await path.countRows(signal);
    return unseen() === 0 && Object.values(rows).every((some) => some >= acknowledged());
  });
  const figures = {
    liveP50Ms: figureOf(turns.map(({ p50Ms }) => p50Ms)),
    liveP99Ms: figureOf(turns.map(({ p99Ms }) => p99Ms)),
    liveMaxMs: figureOf(turns.map(({ maxMs }) => maxMs)),
  };
  return {
    lines: Object.entries(figures).map(([name, figure]) => `${name.padEnd(16)}${inRange(figure)} ms`),
    figures,
    notes: [
      `${count(liveActivities)} activities at 1 Hz, ${count(watched)} of them with a subscriber each`,
      `${awayBefore} times a subscriber was told that nobody answers while all devices were connecting`,
    ],
    measured: { liveActivities, watched, turns, load: summary, goingOn },
    reasons: [
      ...devices.flatMap(({ troubles }) => troubles).slice(0, 10),
      ...(awayMeanwhile > 0 ? [`${awayMeanwhile} times a subscriber was told that nobody answers`] : []),
      ...(unseen() > 0 ? [`${unseen()} samples were never seen in a metric`] : []),
      ...(goingOn.live === goingOn.lookedAt ? [] : [`${goingOn.live} of ${goingOn.lookedAt} activities go on`]),
      ...(summary.dead + summary.refusals + summary.lostConnections > 0 ? ['frames were dead or refused'] : []),
      ...wrongDistinct(await path.countDistinct(signal), acknowledged()),
    ],
  };

  /** Waits a while; whether it was enough the reasons tell. */
  async function untilSettled(isSettled: () => Promise<boolean>): Promise<void> {
    for (const untilMs = performance.now() + SETTLE_MS; performance.now() < untilMs; ) {
      if (await isSettled()) return;
      await systemClock.sleep(LOOK_EVERY_MS, signal);
    }
  }
}

/** Each device its next sample every second, all of them spread over the second. Throws when the run is cut short. */
async function sendEachSecond(devices: readonly WatchedDevice[], signal: AbortSignal): Promise<void> {
  const fromMs = performance.now();
  for (let sent = 0; !signal.aborted; ) {
    const due = Math.floor(((performance.now() - fromMs) / SECOND_MS) * devices.length);
    for (; sent < due; sent++) devices[sent % devices.length].send();
    await systemClock.sleep(TICK_MS);
  }
}

/** A session's first seconds have to be final before there is an activity to show. */
async function untilSeen(devices: readonly WatchedDevice[], signal: AbortSignal): Promise<void> {
  while (devices.some((one) => one.seen() === 0)) await systemClock.sleep(LOOK_EVERY_MS, signal);
}

/** Of the activities that nobody watches, how many of some that are looked at go on. */
async function countGoingOn(api: string, tokenFor: (device: string) => Promise<string | null>, others: number) {
  const lookedAt = Math.min(LOOKED_AT, others);
  let live = 0;
  for (let i = 0; i < lookedAt; i++) {
    const token = await tokenFor(`live-${String(Math.floor((i * others) / lookedAt) + 1).padStart(4, '0')}`);
    const answer = await fetch(`${api}/v1/activities?limit=1`, { headers: { authorization: `Bearer ${token}` } });
    const { activities } = (await answer.json()) as { activities: readonly { status: string }[] };
    if (activities[0]?.status === 'live') live++;
  }
  return { lookedAt, live };
}
