import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startTestPostgresql } from '../../stack/postgresql-for-tests.ts';
import { startTestStack } from '../../stack/stack-for-tests.ts';

/** On a busy machine stores and pages take their time; what takes longer than this does not happen. */
export const WITHIN_MS = 180_000;
/** What ages out does so while the test waits. */
const SOONER = {
  /** Frames leave the stream once every store has them; usually after ten minutes. */
  SLIPSTREAM_TRIM_MIN_AGE_MS: '1000',
  /** Who is silent leaves the state of the shards, and with the next checkpoint the bucket; usually after 30 days. */
  SLIPSTREAM_FORGET_SILENT_MS: '60000',
};
const SIMULATOR = fileURLToPath(new URL('../../device-sim/main.ts', import.meta.url));

/** Looks until there is something, and fails in words when there never is. */
export async function until<Value>(what: string, look: () => Promise<Value | null | false>): Promise<Value> {
  for (const untilMs = Date.now() + WITHIN_MS; ; await delay(200)) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (Date.now() > untilMs) assert.fail(`never: ${what}`);
  }
}

export type JourneyStack = Awaited<ReturnType<typeof startJourneyStack>>;

/** All that `npm start` starts, on a real PostgreSQL. */
export async function startJourneyStack(t: Pick<TestContext, 'after'>) {
  const postgresql = await startTestPostgresql();
  t.after(() => postgresql.stop());
  // Services read their options from it, too.
  Object.assign(process.env, SOONER);
  const stack = await startTestStack(`--postgres-url=${postgresql.url}`);
  t.after(() => stack.stop());
  const operator = { authorization: `Bearer ${await stack.operatorToken()}` };

  async function ask<Answer>(path: string): Promise<Answer> {
    const answer = await fetch(`${stack.apiUrl}/v1/operations/${path}`, { headers: operator });
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Answer;
  }

  return {
    ...stack,
    postgresUrl: postgresql.url,

    /** The link of the letter that was caught. */
    async linkTo(email: string): Promise<string> {
      return until(`a letter with a link to ${email}`, async () => {
        const { mails } = await ask<{ mails: { to: string; text: string }[] }>('mail');
        return /https?:\/\/\S+\/account\/\S+/.exec(mails.find(({ to }) => to === email)?.text ?? '')?.[0] ?? null;
      });
    },

    /** How far the one deletion is. */
    async deletion() {
      const { deletions } = await ask<{ deletions: DeletionProof[] }>('deletions');
      assert.equal(deletions.length, 1);
      return deletions[0];
    },

    /** A device with this code, which lives a run of so many seconds that ends now, in real time divided by `speed`. */
    startDevice(code: string, { durationS, speed }: { durationS: number; speed: number }): Device {
      const child = spawn(process.execPath, [
        ...[SIMULATOR, 'run', '--json', '--devices=1', `--duration-s=${durationS}`, `--speed=${speed}`],
        ...['--samples-per-frame=5', '--protocols=mqtt5', `--seed=${RUNNER_SEED}`, '--log-level=error'],
        ...[`--mqtt-port=${stack.ports.mqtt}`, `--websocket-port=${stack.ports.websocket}`],
        ...[`--api-url=${stack.apiUrl}`, `--pair=${code}`],
      ]);
      return deviceOf(child);
    },
  };
}

/** Of the simulator: its one athlete runs. */
const RUNNER_SEED = 'journey';

interface DeletionProof {
  readonly id: string;
  readonly passes: number;
  readonly removed: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

interface Device {
  /** Resolves once everything that it measured is acknowledged. Fails with what it said. */
  readonly ended: Promise<void>;
  stop(): void;
}

function deviceOf(child: ChildProcess): Device {
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000);
    });
  }
  const ended = once(child, 'close').then(([code]) => assert.equal(code, 0, output));
  ended.catch(() => undefined); // whoever waits for it hears of it
  return { ended, stop: () => void child.kill() };
}
