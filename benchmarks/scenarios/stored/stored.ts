import { figureOf, ratioOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { startOurPath } from '../whole-path/our-path.ts';
import { createPathRuns, type PathTurn, troublesOf } from '../whole-path/path.ts';
import { lineOf } from '../whole-path/whole-path.ts';
import { wrongDistinct } from '../whole-path/wrong-distinct.ts';
import { fillStores } from './fill-stores.ts';

/** The same load into stores that hold much already and into empty ones: two deployments, side by side, in turns. */
export async function runStored(deps: ScenarioDeps): Promise<Outcome> {
  const { options, say, signal } = deps;
  const { storedSamples, rounds, roundS, warmUpS } = options;
  const paths = [await startOurPath(deps, {}, 'empty'), await startOurPath(deps, {}, 'full')];
  const [empty, full] = paths.map((path) => createPathRuns(path, deps));
  const startedMs = performance.now();
  await fillStores(paths[1].deployment.urls, storedSamples, { say, signal });
  const fillMs = performance.now() - startedMs;

  let samples = 0;
  for (const { path, warmUp } of [empty, full]) {
    say(`warming up ${path.name}`);
    samples = Math.max(samples, (await warmUp(warmUpS, options)) * roundS);
  }
  const turns: Record<string, PathTurn[]> = { empty: [], full: [] };
  for (let round = 0; round < rounds; round++) {
    for (const { path, send } of [empty, full]) {
      const turn = await send(samples, options);
      say(lineOf(turn));
      turns[path.name].push(turn);
    }
  }
  const rate = (of: readonly PathTurn[]) => of.map((turn) => turn.samplesPerS);
  const figures = {
    ratio: ratioOf(rate(turns.full), rate(turns.empty)),
    'samplesPerS.empty': figureOf(rate(turns.empty)),
    'samplesPerS.full': figureOf(rate(turns.full)),
    'cpuUs.empty': figureOf(turns.empty.map((turn) => turn.cpuUsPerSample)),
    'cpuUs.full': figureOf(turns.full.map((turn) => turn.cpuUsPerSample)),
  };
  return {
    lines: [
      `stored before           ${count(storedSamples)} samples`,
      ...Object.entries(figures).map(([name, figure]) => `${name.padEnd(24)}${inRange(figure)}`),
    ],
    figures,
    notes: [`${count(storedSamples)} samples were stored before`],
    measured: { storedSamples, fillMs, turns },
    reasons: [
      ...Object.values(turns).flat().flatMap(troublesOf),
      ...wrongDistinct(await paths[0].countDistinct(signal), empty.acknowledgedSamples()),
      ...wrongDistinct(await paths[1].countDistinct(signal), full.acknowledgedSamples() + storedSamples),
    ],
  };
}
