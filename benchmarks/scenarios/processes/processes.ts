import { join } from 'node:path';
import { makeDataDir } from '../../deployment/deployment.ts';
import { readStream, startIngestAlone } from '../../deployment/ingest-alone.ts';
import { figureOf, ratioOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { giveTurn, type Turn } from '../ingest/broker.ts';

const CONNECTIONS = 50;
const WINDOW = 256;

/** Ingest alone as one process and as two that share a port, in turns: what a second one brings and costs. */
export async function runProcesses(deps: ScenarioDeps): Promise<Outcome> {
  const { options, release, say, signal } = deps;
  const dir = await makeDataDir(release);
  const sides = [];
  for (const [name, processes] of [
    ['one', 1],
    ['two', 2],
  ] as const) {
    const target = await startIngestAlone(deps, { dir: join(dir, name), processes });
    sides.push({ name, target, pids: target.pids });
  }
  const shape = { connections: CONNECTIONS, window: WINDOW, samplesPerFrame: options.samplesPerFrame };
  const turns: Turn[] = [];
  const warmUps: Turn[] = [];
  for (const side of options.warmUpS > 0 ? sides : []) {
    warmUps.push(await giveTurn(side, { ...shape, seconds: Math.ceil(options.warmUpS / 3), prefix: 'warm' }, deps));
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const side of sides) {
      const seconds = Math.ceil(options.roundS / 2);
      const turn = await giveTurn(side, { ...shape, seconds, prefix: `round-${round}` }, deps);
      say(`${side.name.padEnd(6)}${count(turn.samplesPerS)} samples/s, ${count(turn.cpuUsPerFrame)} µs of CPU a frame`);
      turns.push(turn);
    }
  }
  const reasons: string[] = [];
  for (const { name, target } of sides) {
    const own = [...warmUps, ...turns].filter(({ broker }) => broker === name);
    const acknowledged = own.reduce((sum, { load }) => sum + load.samplesAcknowledged, 0);
    const { samples } = await readStream(target.natsUrl, signal);
    if (samples !== acknowledged)
      reasons.push(`${name}: ${acknowledged} samples acknowledged, ${samples} in the stream`);
    const troubles = own.filter(({ load }) => load.dead + load.refusals + load.lostConnections > 0);
    if (troubles.length > 0) reasons.push(`${name}: frames were dead or refused, or connections lost`);
  }
  const of = (name: string) => turns.filter(({ broker }) => broker === name);
  const rate = (name: string) => of(name).map(({ samplesPerS }) => samplesPerS);
  const cost = (name: string) => of(name).map((turn) => turn.cpuUsPerFrame / options.samplesPerFrame);
  const figures = {
    ratio: ratioOf(rate('two'), rate('one')),
    'samplesPerS.one': figureOf(rate('one')),
    'samplesPerS.two': figureOf(rate('two')),
    'cpuUs.one': figureOf(cost('one')),
    'cpuUs.two': figureOf(cost('two')),
  };
  const lines = Object.entries(figures).map(([name, figure]) => `${name.padEnd(24)}${inRange(figure)}`);
  return { lines, figures, measured: { turns }, reasons };
}
