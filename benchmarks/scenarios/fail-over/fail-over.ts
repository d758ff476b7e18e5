import { makeDataDir } from '../../deployment/deployment.ts';
import { figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { inRange } from '../../words.ts';
import { type Fault, runFailOvers } from './run.ts';

const SHARDS = 4;
const ATHLETES = 12;
const KILLS = 10;
const STOPS = 5;

/** How long live metrics stand still when a shard's holder dies or is stopped, and whether anything is wrong after. */
export async function runFailOver({ options, release, say, signal }: ScenarioDeps): Promise<Outcome> {
  const faults: Fault[] = options.smoke
    ? ['kill', 'stop']
    : [...Array<Fault>(KILLS).fill('kill'), ...Array<Fault>(STOPS).fill('stop')];
  const found = await runFailOvers({
    ...{ seed: '1', athletes: ATHLETES, shards: SHARDS, faults },
    ...{ dir: await makeDataDir(release), release, say, signal },
  });
  const { recoveries, differences, shown, records, facts } = found;
  const msOf = (wanted: Fault) => recoveries.filter(({ fault }) => fault === wanted).map(({ ms }) => ms);
  const [killed, stopped] = [figureOf(msOf('kill')), figureOf(msOf('stop'))];
  const figures = {
    killMs: killed,
    stopMs: stopped,
    // The worst of all: that is what is promised.
    worstMs: figureOf([Math.max(killed.max, stopped.max)]),
  };
  return {
    lines: [
      ...Object.entries(figures).map(([name, figure]) => `${name.padEnd(16)}${inRange(figure)} ms`),
      `compared         ${shown} live states, ${records} activities, ${facts} facts`,
    ],
    figures,
    notes: [`${msOf('kill').length} times kill -9, ${msOf('stop').length} times SIGSTOP for 7 s and then SIGCONT`],
    measured: { shards: SHARDS, athletes: ATHLETES, ...found },
    reasons: differences,
  };
}
