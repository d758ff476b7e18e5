import { systemClock } from '../../../runtime/clock.ts';
import { within } from '../../../runtime/release.ts';
import type { NatsCluster } from '../../../stack/nats-cluster.ts';
import { makeDataDir } from '../../deployment/deployment.ts';
import { readStream } from '../../deployment/ingest-alone.ts';
import { type LoadSummary, startLoad } from '../../deployment/load-process.ts';
import { type Figure, figureOf, ratioOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { giveTurn, type Turn } from '../ingest/broker.ts';
import { killLeader, SIDES, type Side, type SideName, startSides } from './sides.ts';

const SHAPE = { connections: 50, window: 64, samplesPerFrame: 10 } as const;
/** Less than the dearest side sustains on two cores, so that its latency is that of the path and not of a queue. */
const PACED = { ...SHAPE, framesPerS: 2_000 } as const;
const KILL = { ...PACED, beforeMs: 3_000, afterMs: 12_000 } as const;
/** The end of the load waits for what is in flight, so the pause of the election is in it however short this is. */
const SMOKE_KILL = { beforeMs: 500, afterMs: 500 } as const;
const IN_FLIGHT_SAMPLES = KILL.connections * KILL.window * KILL.samplesPerFrame;
const START_TIMEOUT_MS = 60_000;

type Turns = Record<SideName, Turn[]>;

/**
 * What it costs that an acknowledgement survives a power cut: the same load on ingest before one server that syncs
 * every second, one that syncs before it acknowledges, and three that keep everything three times; in turns.
 */
export async function runDurability(deps: ScenarioDeps): Promise<Outcome> {
  const { options, release, say, signal } = deps;
  const dir = await makeDataDir(release);
  const { sides, cluster } = await startSides(deps, dir);
  const turns: Record<'fast' | 'paced', Turns> = {
    fast: { one: [], always: [], three: [] },
    paced: { one: [], always: [], three: [] },
  };
  const acknowledged: Record<SideName, number> = { one: 0, always: 0, three: 0 };

  async function give(side: Side, shape: typeof SHAPE | typeof PACED, prefix: string): Promise<Turn> {
    const turn = await giveTurn(side, { ...shape, seconds: options.roundS, prefix }, deps);
    acknowledged[side.name] += turn.load.samplesAcknowledged;
    return turn;
  }

  if (options.warmUpS > 0) for (const side of sides) await give(side, SHAPE, 'warm');
  for (let round = 0; round < options.rounds; round++) {
    // The side that begins changes, so that none always finds the machine as another has left it.
    for (const side of [...sides.slice(round % sides.length), ...sides.slice(0, round % sides.length)]) {
      for (const [kind, shape] of [
        ['fast', SHAPE],
        ['paced', PACED],
      ] as const) {
        const turn = await give(side, shape, `${kind}-${round}`);
        turns[kind][side.name].push(turn);
        const words = `${count(turn.framesPerS)} frames/s, p99 ${count(turn.load.ackP99Ms)} ms`;
        say(`${side.name.padEnd(8)}${kind.padEnd(8)}${words}`);
      }
    }
  }
  const three = sides.find(({ name }) => name === 'three')!;
  const killed = await killUnderLoad(three, cluster, deps);
  acknowledged.three += killed.samplesAcknowledged;
  say(`three   the leader killed: nothing acknowledged for ${count(killed.ackMaxMs)} ms`);

  const stored: Record<string, number> = {};
  for (const { name, natsUrl, replicas } of sides) {
    stored[name] = (await readStream(natsUrl, signal, replicas)).samples;
  }
  const figures = figuresOf(turns, killed);
  return {
    lines: Object.entries(figures).map(([name, figure]) => `${name.padEnd(24)}${inRange(figure)}`),
    figures,
    measured: { shape: SHAPE, paced: PACED, turns, killed, acknowledged, stored },
    reasons: reasonsOf(turns, acknowledged, stored),
  };
}

/** A paced load while the leader is killed and comes back: the longest wait for an acknowledgement is the pause. */
async function killUnderLoad(
  side: Side,
  cluster: NatsCluster,
  { options, release, signal }: ScenarioDeps,
): Promise<LoadSummary> {
  const { connections: devices, window, samplesPerFrame, framesPerS } = KILL;
  const { beforeMs, afterMs } = options.smoke ? SMOKE_KILL : KILL;
  const plan = { protocols: 'raw', devices, window, samplesPerFrame, framesPerS, frames: 0, spanS: 86_400 };
  const load = startLoad('kill', side.target, plan, release);
  await within(START_TIMEOUT_MS, 'the first acknowledgement', () => load.isFlowing);
  await systemClock.sleep(beforeMs, signal);
  const leader = await killLeader(cluster);
  await systemClock.sleep(afterMs, signal);
  const summary = await load.finish();
  await cluster.start(leader);
  return summary;
}

function figuresOf({ fast, paced }: Record<'fast' | 'paced', Turns>, killed: LoadSummary): Record<string, Figure> {
  const figures: Record<string, Figure> = {};
  const framesPerS = (side: SideName) => fast[side].map((turn) => turn.framesPerS);
  for (const side of SIDES) {
    figures[`framesPerS.${side}`] = figureOf(framesPerS(side));
    figures[`cpuUsPerFrame.${side}`] = figureOf(fast[side].map(({ cpuUsPerFrame }) => cpuUsPerFrame));
    figures[`ackP99Ms.${side}`] = figureOf(paced[side].map(({ load }) => load.ackP99Ms));
  }
  figures['ratio.always'] = ratioOf(framesPerS('always'), framesPerS('one'));
  figures['ratio.three'] = ratioOf(framesPerS('three'), framesPerS('one'));
  figures.leaderKilledMs = figureOf([killed.ackMaxMs]);
  return figures;
}

function reasonsOf(
  turns: Record<'fast' | 'paced', Turns>,
  acknowledged: Record<SideName, number>,
  stored: Readonly<Record<string, number>>,
): string[] {
  const reasons: string[] = [];
  for (const side of SIDES) {
    for (const { load } of [...turns.fast[side], ...turns.paced[side]]) {
      const { dead, refusals, lostConnections } = load;
      if (dead + refusals + lostConnections === 0) continue;
      reasons.push(`${side}: ${dead} dead, ${refusals} refusals, ${lostConnections} lost connections`);
    }
    // A server knows a repeat by what it has applied; what was in flight when one was killed can be there twice.
    const mayRepeat = side === 'three' ? IN_FLIGHT_SAMPLES : 0;
    const surplus = stored[side] - acknowledged[side];
    if (surplus < 0 || surplus > mayRepeat) {
      reasons.push(`${side}: ${count(acknowledged[side])} samples acknowledged, ${count(stored[side])} stored`);
    }
  }
  return reasons;
}
