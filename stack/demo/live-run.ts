import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../runtime/log.ts';
import { StartError } from '../../runtime/service.ts';
import type { StackOptions } from '../options.ts';
import { keepMoments, type LivedRun, nextRun, readMoments } from './moments.ts';
import { type Simulator, startSimulator } from './simulator.ts';

const RECORDING = 'run-fenix2.fit';
const RETRY_MS = 10_000;

export interface LiveRun {
  /** How the run that goes on is played, for people. */
  readonly words: string;
  /** Resolves when nothing is sent any more. */
  stop(): Promise<void>;
}

/**
 * Lives the recorded run again, as the watch sent it, until it is stopped: a frame a second, with start, laps and stop.
 * When it is over, the athlete rests and runs again. One that was broken off by the last stop goes on where it was.
 */
export function startLiveRun(deps: { options: StackOptions; tokenKey: string; log: Logger }): LiveRun {
  const { options, log } = deps;
  const stopping = new AbortController();
  let simulator: Simulator | null = null;

  function begin(): { run: LivedRun; simulator: Simulator } {
    const moments = readMoments(options.dataDir, Date.now());
    const run = nextRun(moments.run, options.demoSpeed, Date.now());
    keepMoments(options.dataDir, { ...moments, run });
    simulator = startSimulator({
      ...deps,
      command: 'run',
      anchorMs: Math.round(run.anchorMs),
      recordings: [RECORDING],
      flags: ['--protocols=ws', '--devices=0', '--samples-per-frame=1', `--speed=${run.speed}`],
      showsBar: false,
    });
    return { run, simulator };
  }

  async function play(first: ReturnType<typeof begin>): Promise<void> {
    for (let next = first; ; next = begin()) {
      try {
        const { longestActivityMs } = await next.simulator.ended;
        if (stopping.signal.aborted) return;
        const moments = readMoments(options.dataDir, Date.now());
        keepMoments(options.dataDir, { ...moments, run: { ...next.run, durationMs: longestActivityMs } });
      } catch (error) {
        if (!(error instanceof StartError)) throw error;
        if (stopping.signal.aborted) return;
        log.warn(`the recorded run broke off (${error.message}); it goes on in ${RETRY_MS / 1_000} s`);
      }
      // Also after a run that went well, so that nothing can make this loop turn without a pause.
      await delay(RETRY_MS, undefined, { signal: stopping.signal });
    }
  }

  const first = begin();
  const playing = play(first).catch((error: unknown) => {
    if (!stopping.signal.aborted) log.error({ err: error }, 'the recorded run cannot go on');
  });
  return {
    words: wordsFor(first.run),
    async stop() {
      stopping.abort();
      await simulator?.stop();
      await playing;
    },
  };
}

function wordsFor({ speed }: LivedRun): string {
  if (speed === 1) return 'in real time (--demo-speed 10 goes ten times as fast)';
  return `at ${speed} times its speed: it began in the past and catches up with now at its end`;
}
