import { totalOf } from '../../cpu-account.ts';
import { makeDataDir } from '../../deployment/deployment.ts';
import { type Figure, figureOf, ratioOf } from '../../figure.ts';
import { startPeerPaths } from '../../peers/peer-paths.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { startOurPath } from './our-path.ts';
import { createPathRuns, type PathTurn, type Shape, troublesOf } from './path.ts';
import { wrongDistinct } from './wrong-distinct.ts';

const SIZES = [
  { name: 'ten', samplesPerFrame: 10 },
  { name: 'one', samplesPerFrame: 1 },
] as const;
const OURS = 'slipstream';

/**
 * Samples a second from devices into the stores, until queries find them: ours into both, with tokens and the ledger,
 * and the paths that others would take. Each side has a turn in every round, with as many samples as it takes in a
 * turn's time; engines of all sides stay up, idle while it is not their turn.
 */
export async function runWholePath(deps: ScenarioDeps): Promise<Outcome> {
  const { options, release, say, signal } = deps;
  const ours = await startOurPath(deps);
  const dir = await makeDataDir(release);
  const peers = await startPeerPaths({ dir, release, say, mayInstall: options.installPeers });
  for (const [name, why] of Object.entries(peers.missing)) say(`without ${name}: ${why}`);
  const sides = [ours, ...peers.paths].map((path) => createPathRuns(path, deps));

  const turns: Record<string, PathTurn[]> = { ten: [], one: [] };
  for (const { name, samplesPerFrame } of SIZES) {
    const shape: Shape = { ...options, samplesPerFrame };
    const samplesOf = new Map<string, number>();
    for (const { path, warmUp } of sides) {
      say(`warming up ${path.name}, ${samplesPerFrame} a frame`);
      samplesOf.set(path.name, (await warmUp(options.warmUpS, shape)) * options.roundS);
    }
    for (let round = 0; round < options.rounds; round++) {
      for (const { path, send } of sides) {
        const turn = await send(samplesOf.get(path.name)!, shape);
        say(lineOf(turn));
        turns[name].push(turn);
      }
    }
  }
  const acknowledged = sides[0].acknowledgedSamples();
  const distinct = await ours.countDistinct(signal);
  const figures = figuresOf(turns);
  return {
    lines: Object.entries(figures).map(([name, figure]) => `${name.padEnd(32)}${inRange(figure)}`),
    figures,
    notes: [
      `${count(options.devices)} devices, ${options.window} frames in flight each`,
      ...Object.entries(peers.missing).map(([name, why]) => `without ${name}: ${why}`),
    ],
    measured: { peers: peers.versions, missingPeers: peers.missing, acknowledged, distinct, turns },
    reasons: [...Object.values(turns).flat().flatMap(troublesOf), ...wrongDistinct(distinct, acknowledged)],
  };
}

function figuresOf(turns: Readonly<Record<string, readonly PathTurn[]>>): Record<string, Figure> {
  const figures: Record<string, Figure> = {};
  for (const [size, of] of Object.entries(turns)) {
    const by = Map.groupBy(of, ({ path }) => path);
    const samplesPerS = (name: string) => by.get(name)!.map((turn) => turn.samplesPerS);
    for (const [path, own] of by) {
      figures[`${size}SamplesPerS.${path}`] = figureOf(samplesPerS(path));
      figures[`${size}CpuUsPerSample.${path}`] = figureOf(own.map(({ cpuUsPerSample }) => cpuUsPerSample));
    }
    Object.assign(figures, circumstancesOf(size, by.get(OURS)!));
    figures[size === 'one' ? 'oneFramesPerS' : `${size}SamplesPerS`] = figureOf(samplesPerS(OURS));
    if (by.has('telegraf')) figures[`${size}Ratio`] = ratioOf(samplesPerS(OURS), samplesPerS('telegraf'));
    if (by.has('node-developer')) {
      figures[`${size}RatioToNodeDeveloper`] = ratioOf(samplesPerS(OURS), samplesPerS('node-developer'));
    }
  }
  return figures;
}

/** What was the matter while ours had its turns: without it nobody could say why one was slower than another. */
function circumstancesOf(size: string, turns: readonly PathTurn[]): Record<string, Figure> {
  const each = (of: (turn: PathTurn) => number) => figureOf(turns.map(of));
  return {
    [`${size}TurnS`]: each(({ elapsedMs }) => elapsedMs / 1_000),
    [`${size}OtherCores`]: each(({ otherCores }) => otherCores),
    [`${size}IdleShare`]: each(({ machine }) => machine.idle),
    [`${size}IowaitShare`]: each(({ machine }) => machine.iowait),
    [`${size}StealShare`]: each(({ machine }) => machine.steal),
    [`${size}WrittenBytesPerSample`]: each(({ writtenBytes, samples }) => totalOf(writtenBytes) / samples),
    [`${size}MergedRowsPerSample`]: each(({ sideWork, samples }) => sideWork.mergedRows / samples),
  };
}

export function lineOf({ path, samples, samplesPerS, cpuUsPerSample, storedAfterMs }: PathTurn): string {
  const stores = Object.entries(storedAfterMs).map(([store, ms]) => `${store} ${(ms / 1_000).toFixed(1)} s`);
  return (
    `${path.padEnd(15)}${count(samplesPerS).padStart(9)} samples/s, ${cpuUsPerSample.toFixed(2)} µs of CPU each; ` +
    `${count(samples)} samples: ${stores.join(', ')}`
  );
}
