import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ReleaseStack } from '../../runtime/release.ts';
import type { WatcherPlan } from './watcher.ts';

export interface CrowdPlan extends Omit<WatcherPlan, 'choice'> {
  readonly watchers: number;
  /** What they say they want to see, in turn. */
  readonly choices: readonly string[];
  /** Of so many one stops reading while it is measured, and sees what `slowChoice` says; 0 for none. */
  readonly slowEvery: number;
  readonly slowChoice: string;
}

export type CrowdOrder =
  | { readonly order: 'open'; readonly plan: CrowdPlan }
  | { readonly order: 'measure' | 'tell' | 'catch up' };

/** Of those who read, since `measure`. */
export interface CrowdSeen {
  readonly readers: number;
  readonly bytesPerS: number;
  readonly messagesPerS: number;
  /** Of each: changes of the first so many. */
  readonly updatesPerS: readonly number[];
  /** How many of them lost their connection, by why. */
  readonly lost: Readonly<Record<string, number>>;
  /** From when a board was made until some of them were told. */
  readonly ageMs: { readonly measured: number; readonly p50: number; readonly p99: number };
}

interface Opened {
  readonly opened: number;
  /** By what the server said instead. */
  readonly refused: Readonly<Record<string, number>>;
}

interface CaughtUp {
  readonly slow: number;
  /** Had the newest within half a minute. */
  readonly caughtUp: number;
  /** Lost their connection: who reads nothing answers no ping either, and is cut off after a minute. */
  readonly cutOff: number;
  /** Were sent everything anew for what they had been too slow. */
  readonly leftOut: number;
}

export type CrowdAnswer = Opened | CrowdSeen | CaughtUp | { readonly trouble: string };

export interface Crowd {
  readonly pid: number;
  open(plan: CrowdPlan): Promise<Opened>;
  measure(): void;
  tell(): Promise<CrowdSeen>;
  catchUp(): Promise<CaughtUp>;
}

const SCRIPT = fileURLToPath(new URL('crowd-process.ts', import.meta.url));
const STOP_TIMEOUT_MS = 10_000;

/** A process that watches a race thousands of times; it ends with this one whatever happens to it. */
export function startCrowd(name: string, release: ReleaseStack): Crowd {
  const child = fork(SCRIPT);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started`);
  release.add(name, () => kill(child), { timeoutMs: STOP_TIMEOUT_MS });

  async function ask<Answer extends CrowdAnswer>(order: CrowdOrder): Promise<Answer> {
    child.send(order);
    const [answer] = (await Promise.race([once(child, 'message'), ended(child, name)])) as [CrowdAnswer];
    if ('trouble' in answer) throw new Error(`${name}: ${answer.trouble}`);
    return answer as Answer;
  }

  return {
    pid,
    open: (plan) => ask<Opened>({ order: 'open', plan }),
    measure: () => void child.send({ order: 'measure' } satisfies CrowdOrder),
    tell: () => ask<CrowdSeen>({ order: 'tell' }),
    catchUp: () => ask<CaughtUp>({ order: 'catch up' }),
  };
}

async function ended(child: ChildProcess, name: string): Promise<never> {
  const [code, signal] = await once(child, 'exit');
  throw new Error(`${name} ended with ${signal ?? `code ${code}`} in the middle of the run`);
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
