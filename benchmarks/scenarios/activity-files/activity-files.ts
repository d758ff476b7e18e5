import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import type { ReadCost } from './read-once.ts';
import type { ReadRequest } from './read-process.ts';

const PROCESS = fileURLToPath(new URL('./read-process.ts', import.meta.url));
const TIMEOUT_MS = 120_000;
const HOUR_S = 3_600;
const MAX_FOUR_HOURS_MS = 300;
const MAX_LARGE_MIB = 1_024;

/** Each file with who reads it. The SDK keeps every message as an object; 50 MB of them are not asked of it. */
const FILES = [
  { name: 'fourHours', words: '4 h with power', seconds: 4 * HOUR_S, readers: ['ours', 'sdk'] },
  { name: 'day', words: '24 h', seconds: 24 * HOUR_S, readers: ['ours', 'sdk'] },
  { name: 'large', words: '50 MB', seconds: 1_600_000, readers: ['ours'] },
] as const;
const SMOKE_FILES = [...FILES.slice(0, 2), { ...FILES[2], words: '3 MB', seconds: 100_000 }];

/** What reading a FIT file costs, ours and Garmin's SDK in turns, each reading in a process of its own. */
export async function runActivityFiles({ options, say, signal }: ScenarioDeps): Promise<Outcome> {
  const files = options.smoke ? SMOKE_FILES : FILES;
  const costs = new Map<string, ReadCost[]>();
  for (let round = 0; round < options.rounds; round++) {
    say(`round ${round + 1} of ${options.rounds}`);
    for (const { name, seconds, readers } of files) {
      for (const reader of readers) {
        const key = `${name}.${reader}`;
        costs.set(key, [...(costs.get(key) ?? []), await readIn({ reader, seconds }, signal)]);
      }
    }
  }
  const msOf = (key: string) => figureOf(costs.get(key)!.map(({ ms }) => ms));
  const mibOf = (key: string) => figureOf(costs.get(key)!.map(({ peakMib }) => peakMib));
  const reasons = files.flatMap(({ name, words, seconds, readers }) =>
    readers.flatMap((reader) =>
      costs.get(`${name}.${reader}`)!.every(({ records }) => records === seconds)
        ? []
        : [`${reader} lost records of ${words}`],
    ),
  );
  if (!options.smoke) {
    const fourHoursMs = msOf('fourHours.ours').value;
    if (fourHoursMs > MAX_FOUR_HOURS_MS) reasons.push(`4 h took ${Math.round(fourHoursMs)} ms`);
    const largeMib = mibOf('large.ours').value;
    if (largeMib > MAX_LARGE_MIB) reasons.push(`50 MB took ${Math.round(largeMib)} MiB`);
  }
  return {
    lines: files.flatMap(({ name, words, readers }) =>
      readers.map((reader) => {
        const key = `${name}.${reader}`;
        const cost = `${Math.round(msOf(key).value)} ms, the process at most ${Math.round(mibOf(key).value)} MiB`;
        return `${words.padEnd(16)}${(reader === 'ours' ? 'ours' : 'the SDK').padEnd(10)}${cost}`;
      }),
    ),
    measured: Object.fromEntries(costs),
    figures: { fourHoursMs: msOf('fourHours.ours'), dayMs: msOf('day.ours'), largeMs: msOf('large.ours') },
    reasons,
  };
}

async function readIn(request: ReadRequest, signal: AbortSignal): Promise<ReadCost> {
  const child = fork(PROCESS, { signal });
  const ended = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    child.send(request);
    const [cost] = await once(child, 'message', { signal: ended });
    await once(child, 'exit', { signal: ended });
    return cost as ReadCost;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
