import { type Figure, figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { inRange } from '../../words.ts';
import { startOurPath } from '../whole-path/our-path.ts';
import { createPathRuns, type PathTurn, troublesOf } from '../whole-path/path.ts';
import { lineOf } from '../whole-path/whole-path.ts';
import { wrongDistinct } from '../whole-path/wrong-distinct.ts';

/**
 * What a sample costs in CPU, process by process. Each sink runs as a process of its own here, and so does the holding
 * of shards; `npm start` has one process for the three, where nobody could say which of them used what.
 */
export async function runSinkShares(deps: ScenarioDeps): Promise<Outcome> {
  const { options, say, signal } = deps;
  const path = await startOurPath(deps, { splitProcessors: true });
  const runs = createPathRuns(path, deps);
  say('warming up');
  const samples = (await runs.warmUp(options.warmUpS, options)) * options.roundS;
  const turns: PathTurn[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const turn = await runs.send(samples, options);
    say(lineOf(turn));
    turns.push(turn);
  }
  const figures: Record<string, Figure> = {};
  for (const name of path.pids.keys()) {
    figures[`cpuUs.${name}`] = figureOf(turns.map((turn) => (turn.cpuMs[name] * 1_000) / turn.samples));
  }
  figures.cpuUs = figureOf(turns.map((turn) => turn.cpuUsPerSample));
  figures.questdbSinkUs = figures['cpuUs.questdb-sink'];
  figures.clickhouseSinkUs = figures['cpuUs.clickhouse-sink'];
  figures.samplesPerS = figureOf(turns.map((turn) => turn.samplesPerS));
  return {
    lines: Object.entries(figures).map(([name, figure]) => `${name.padEnd(24)}${inRange(figure)}`),
    figures,
    measured: { turns },
    reasons: [
      ...turns.flatMap(troublesOf),
      ...wrongDistinct(await path.countDistinct(signal), runs.acknowledgedSamples()),
    ],
  };
}
