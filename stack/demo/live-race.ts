import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../runtime/log.ts';
import { StartError } from '../../runtime/service.ts';
import type { StackOptions } from '../options.ts';
import type { StackUrls } from '../stack-urls.ts';
import { type Simulator, startSimulator } from './simulator.ts';

export interface LiveRace {
  /** Of the race that goes on first. */
  readonly id: string;
  /** Resolves when nothing is sent any more. */
  stop(): Promise<void>;
}

export interface LiveRaceDeps {
  readonly options: StackOptions;
  readonly urls: Pick<StackUrls, 'api' | 'nats'>;
  readonly tokenKey: string;
  readonly log: Logger;
}

/** The first ones are through a lap in four minutes, and everybody is in after half an hour. */
const COURSE_M = 4_000;
const REST_MS = 60_000;
const PAGE_TIMEOUT_MS = 2_000;

/**
 * Runs a small race in real time, with all that goes wrong on a road, until it is stopped. When everybody is in, there
 * is a rest and then another race, under an id of its own.
 */
export function startLiveRace(deps: LiveRaceDeps): LiveRace {
  const { options, urls, log } = deps;
  const stopping = new AbortController();
  let simulator: Simulator | null = null;

  function begin(): { id: string; simulator: Simulator } {
    const id = `demo-${Math.floor(Date.now() / 1_000).toString(36)}`;
    simulator = startSimulator({
      ...deps,
      command: 'race',
      flags: [
        ...[`--race-id=${id}`, '--race-name=Slipstream lap race', `--devices=${options.demoRace}`, '--speed=1'],
        ...[`--course-m=${COURSE_M}`, '--samples-per-frame=2', '--faults=dead-zone,clock-offset'],
        ...[`--api-url=${urls.api}`, `--nats-urls=${urls.nats}`, `--stream-replicas=${options.streamReplicas}`],
        '--no-grade',
      ],
      showsBar: false,
    });
    return { id, simulator };
  }

  async function play(first: ReturnType<typeof begin>): Promise<void> {
    for (let next = first; ; next = begin()) {
      try {
        await next.simulator.ended;
      } catch (error) {
        if (!(error instanceof StartError)) throw error;
        if (!stopping.signal.aborted) log.warn(`the race broke off (${error.message}); another one begins in a minute`);
      }
      await delay(REST_MS, undefined, { signal: stopping.signal });
    }
  }

  const first = begin();
  const playing = play(first).catch((error: unknown) => {
    if (!stopping.signal.aborted) log.error({ err: error }, 'there is no race any more');
  });
  return {
    id: first.id,
    async stop() {
      stopping.abort();
      await simulator?.stop();
      await playing;
    },
  };
}

/** Where people see the race: on its page where there is one, else as the API tells it. Throws when the API is gone. */
export async function raceAddress(api: string, id: string): Promise<string> {
  const page = `${api}/races/${id}`;
  const { ok, headers } = await fetch(page, { signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) });
  const isPage = ok && headers.get('content-type')?.startsWith('text/html');
  return isPage ? page : `${api}/v1/races/${id}/board`;
}
