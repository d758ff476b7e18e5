import { systemClock } from '../../../runtime/clock.ts';
import type { ReleaseStack } from '../../../runtime/release.ts';
import type { Engine } from '../../../stack/engine.ts';
import { answerOf } from '../../deployment/store-rows.ts';
import { type Athletes, createAthletes } from './athletes.ts';
import { type FailOverDeployment, startFailOverDeployment } from './deployment.ts';
import { readFacts, recordWords, referenceOf } from './reference.ts';
import { type Subscriber, subscribe } from './subscribers.ts';

export type Fault = 'kill' | 'stop';

export interface FailOverPlan {
  readonly seed: string;
  readonly athletes: number;
  readonly shards: number;
  readonly faults: readonly Fault[];
  readonly dir: string;
  readonly release: ReleaseStack;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

export interface FailOvers {
  /** From each fault until everything that was published is in what subscribers are shown, ms. */
  readonly recoveries: readonly { readonly fault: Fault; readonly ms: number }[];
  /** What differs from a run without faults; empty when nothing does. */
  readonly differences: readonly string[];
  readonly shown: number;
  readonly records: number;
  readonly facts: number;
}

const SECOND_MS = 1_000;
/** Five seconds of everybody's time in each second. */
const PUBLISH_EVERY_MS = 200;
/** What was published less long ago may be on its way to who watches. */
const ON_ITS_WAY = 5;
/** Device time begins so far in the past: it runs faster, and must neither be a backlog nor of the future. */
const BEHIND_MS = 1_500_000;
/** How long is looked at after each fault at least; one that is stopped goes on then. */
const LOOKED_AT_MS: Readonly<Record<Fault, number>> = { kill: 3_000, stop: 7_000 };
const BOUND_MS = 60_000;
const LOOK_EVERY_MS = 50;

/**
 * Holders of shards that are killed and stopped in the middle of a stream, with subscribers who watch; everything that
 * they were shown, and everything that is stored, is compared with what one process makes of the same stream alone.
 */
export async function runFailOvers(plan: FailOverPlan): Promise<FailOvers> {
  const { shards, faults, signal, say, release } = plan;
  const deployment = await startFailOverDeployment(release, plan.dir, shards);
  const startMs = Math.floor((Date.now() - BEHIND_MS) / SECOND_MS) * SECOND_MS;
  const athletes = createAthletes({ ...plan, startMs });
  const subscribers = await Promise.all(athletes.names.map((name) => subscribe(deployment.apiUrl, name)));
  release.add('the subscribers', async () => {
    for (const one of subscribers) one.close();
  });
  const stream = publishSteadily(deployment, athletes, signal);
  let holders: Engine<unknown>[] = [];
  const recoveries: { fault: Fault; ms: number }[] = [];
  try {
    holders = await Promise.all([deployment.startHolder(), deployment.startHolder()]);
    for (const fault of faults) {
      await until('every holder has shards, and all is shown', signal, async () => {
        const held = await Promise.all(holders.map((one) => shardsHeld(one, signal)));
        return held.every((count) => count > 0) && held.reduce((sum, count) => sum + count) === shards && isAllShown();
      });
      const victim = holders.shift()!;
      const ms = await strike(fault, victim);
      say(`${fault}: all is shown again after ${Math.round(ms)} ms`);
      recoveries.push({ fault, ms });
      holders.push(fault === 'kill' ? await deployment.startHolder() : victim);
    }
    await until('the last is shown', signal, async () => isAllShown());
  } finally {
    await stream.finish();
  }
  const differences = await compare();
  const reference = await referenceOf(await deployment.platform.frames(), deployment.platform.names, shards, athletes);
  return {
    ...{ recoveries, differences, records: reference.records.length, facts: reference.facts.length },
    shown: subscribers.reduce((sum, one) => sum + one.shown.length, 0),
  };

  function isAllShown(): boolean {
    const seconds = stream.published.length - ON_ITS_WAY;
    return (
      seconds > 0 &&
      Array.from({ length: seconds }, (_, second) => second).every((second) => unseen(second).length === 0)
    );
  }

  /** Who should have seen the second and did not. */
  function unseen(second: number): number[] {
    return subscribers.map((_, number) => number).filter((number) => seenAtMs(number, second) === null);
  }

  /**
   * When a sample was in what the subscriber was shown, or its activity was over by then; null while neither is. A
   * second of which nothing shows counts as seen when it was published.
   */
  function seenAtMs(number: number, second: number): number | null {
    const publishedMs = stream.published[second];
    if (!athletes.isShown(number, second)) return publishedMs;
    const { shownAtMs, nothingShownAtMs } = subscribers[number];
    const inItMs = shownAtMs(startMs + second * SECOND_MS);
    const stoppedMs = stream.published[athletes.stopOf(number, second)];
    const overMs = stoppedMs === undefined ? null : nothingShownAtMs(stoppedMs);
    if (inItMs === null || overMs === null) return inItMs ?? overMs;
    return Math.min(inItMs, overMs);
  }

  async function strike(fault: Fault, victim: Engine<unknown>): Promise<number> {
    const struckAtMs = performance.now();
    const fromSecond = Math.max(0, stream.published.length - 1);
    victim.kill(fault === 'kill' ? 'SIGKILL' : 'SIGSTOP');
    await systemClock.sleep(LOOKED_AT_MS[fault], signal);
    if (fault === 'stop') victim.kill('SIGCONT');
    const untilSecond = stream.published.length;
    const seconds = Array.from({ length: untilSecond - fromSecond }, (_, i) => fromSecond + i);
    await until('all is shown again', signal, async () => seconds.every((second) => unseen(second).length === 0));
    const waits = seconds.flatMap((second) => {
      const sinceMs = Math.max(struckAtMs, stream.published[second]);
      return subscribers.map((_, number) => seenAtMs(number, second)! - sinceMs);
    });
    return Math.max(...waits);
  }

  async function compare(): Promise<string[]> {
    const { platform } = deployment;
    const reference = await referenceOf(await platform.frames(), platform.names, shards, athletes);
    let late: string[] = [];
    const differ = async () => {
      late = [
        ...differencesOf('activities', await storedRecords(deployment, signal), reference.records),
        ...differencesOf('facts', await readFacts(await platform.facts(), platform.names), reference.facts),
        ...subscribers.flatMap(({ athlete, now }) =>
          now()?.words === reference.goingOn.get(athlete) ? [] : [`${athlete} is shown something else in the end`],
        ),
      ];
      return late.length === 0;
    };
    // What is last on its way may take a round; what differs after that differs.
    await until('everything is stored', signal, differ).catch((error) => say(String(error)));
    return [...late, ...subscribers.flatMap((one) => wrongOf(one, reference.live))];
  }
}

function wrongOf({ athlete, shown }: Subscriber, live: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const wrong = shown.filter(({ key, words }) => key !== 'null' && !live.get(key)?.has(words));
  const fell = shown.filter(({ epoch }, i) => i > 0 && epoch < shown[i - 1].epoch);
  return [
    ...wrong.slice(0, 1).map(({ key }) => `${athlete} was shown ${wrong.length} wrong states, the first at ${key}`),
    ...fell.slice(0, 1).map(({ epoch }) => `${athlete} was shown something of epoch ${epoch} after a greater one`),
  ];
}

function differencesOf(what: string, found: readonly string[], expected: readonly string[]): string[] {
  const [have, want] = [new Set(found), new Set(expected)];
  const missing = expected.filter((one) => !have.has(one));
  const surplus = found.filter((one) => !want.has(one));
  return [
    ...missing.slice(0, 1).map((one) => `${what}: ${missing.length} are missing, the first ${one.slice(0, 200)}`),
    ...surplus.slice(0, 1).map((one) => `${what}: ${surplus.length} should not be, the first ${one.slice(0, 200)}`),
  ];
}

/** Publishes one second of all athletes after the other, in order. `finish` throws what stopped it. */
function publishSteadily({ platform }: FailOverDeployment, athletes: Athletes, signal: AbortSignal) {
  const published: number[] = [];
  const stopping = new AbortController();

  async function run(): Promise<void> {
    const frames = await platform.frames();
    const fromMs = performance.now();
    for (let second = 0; !stopping.signal.aborted && !signal.aborted; second++) {
      const atMs = performance.now();
      for (const { subject, data, msgId, headers } of athletes.messagesOf(second)) {
        await frames.publish(subject, data, { msgId, headers });
      }
      published.push(atMs);
      await systemClock.sleep(Math.max(0, fromMs + (second + 1) * PUBLISH_EVERY_MS - performance.now()));
    }
  }

  const running = run();
  // `finish` hands it on; until then nobody waits for it.
  running.catch((error) => stopping.abort(error));
  return {
    published,
    finish() {
      stopping.abort();
      return running;
    },
  };
}

async function shardsHeld({ urls }: Engine<unknown>, signal: AbortSignal): Promise<number> {
  const text = await answerOf(`${(urls as { admin: string }).admin}/metrics`, signal);
  return Number(/^slipstream_shards_held(?:\{.*\})? (\d+)$/m.exec(text)?.[1] ?? 0);
}

async function storedRecords({ clickhouseUrl }: FailOverDeployment, signal: AbortSignal): Promise<string[]> {
  const sql = `SELECT id, athlete, revision, status, toUnixTimestamp64Milli(start) AS startMs,
    toUnixTimestamp64Milli(end) AS endMs, devices, metrics FROM slipstream.activities FINAL FORMAT JSONEachRow
    SETTINGS output_format_json_quote_64bit_integers = 0`;
  const text = await answerOf(`${clickhouseUrl}/?query=${encodeURIComponent(sql)}`, signal);
  const rows = text.split('\n').filter(Boolean);
  return rows
    .map((line) => {
      const row = JSON.parse(line);
      return recordWords({ ...row, metrics: row.metrics === '' ? null : JSON.parse(row.metrics) });
    })
    .sort();
}

async function until(what: string, signal: AbortSignal, isTrue: () => Promise<boolean>): Promise<void> {
  for (const untilMs = performance.now() + BOUND_MS; performance.now() < untilMs; ) {
    if (await isTrue()) return;
    await systemClock.sleep(LOOK_EVERY_MS, signal);
  }
  throw new Error(`not within ${BOUND_MS} ms: ${what}`);
}
