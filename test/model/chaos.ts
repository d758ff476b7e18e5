import type { Random } from '../../device-sim/random.ts';
import type { Fate } from './process.ts';

/** How wild a run is: chances for each call on a contract. Drawn from the seed, so that some runs are all kills. */
export interface Temper {
  readonly fail: number;
  readonly delay: number;
  readonly kill: number;
  readonly stop: number;
  readonly longestDelayMs: number;
  readonly longestStopMs: number;
}

/** Asked all the time, so that the same chances for these would leave nothing else to happen. */
const FREQUENT = /^(pull|read|working|durablePosition|info|nextSeq|lease\..*)$/;

const ENGINES = ['nats', 'questdb', 'clickhouse'] as const;
export type EngineName = (typeof ENGINES)[number];

/** Which engine answers a call, by the names that the twins give to calls. */
function engineOf(call: string): EngineName {
  if (call.startsWith('questdb.')) return 'questdb';
  return /^(clickhouse|roll-ups)\./.test(call) ? 'clickhouse' : 'nats';
}

export function createChaos(random: Random) {
  const scale = (most: number) => most * random.next() ** 2;
  const temper: Temper = {
    fail: scale(0.2),
    delay: scale(0.4),
    kill: scale(0.02),
    stop: scale(0.02),
    longestDelayMs: random.pick([20, 300, 3_000]),
    longestStopMs: random.pick([500, 5_000, 40_000]),
  };
  const outages = new Set<EngineName>();
  let isOver = false;

  return {
    temper,
    get isOver() {
      return isOver;
    },
    /** From now on everything works. */
    end(): void {
      isOver = true;
    },
    /** Nobody reaches this engine until the outage is ended. */
    beginOutage(): { engine: EngineName; end(): void } {
      const engine = random.pick(ENGINES);
      outages.add(engine);
      return { engine, end: () => void outages.delete(engine) };
    },
    fateOf(call: string): Fate {
      if (isOver) return { kind: 'ok' };
      // The last call before an engine is gone may have had its effect.
      if (outages.has(engineOf(call))) return { kind: random.chance(0.1) ? 'fail_after' : 'fail_before' };
      const share = FREQUENT.test(call) ? 0.1 : 1;
      const when = () => random.pick(['before', 'after'] as const);
      if (random.chance(temper.kill * share)) return { kind: 'kill', when: when() };
      if (random.chance(temper.stop * share)) return { kind: 'stop', when: when() };
      if (random.chance(temper.fail * share)) return { kind: random.pick(['fail_before', 'fail_after'] as const) };
      if (random.chance(temper.delay * share)) return { kind: 'delay', ms: random.between(0, temper.longestDelayMs) };
      return { kind: 'ok' };
    },
    stopMs: () => random.between(10, temper.longestStopMs),
    random,
  };
}
export type Chaos = ReturnType<typeof createChaos>;
