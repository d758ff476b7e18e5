import { figureOf, ratioOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { startOurPath } from '../whole-path/our-path.ts';
import { createPathRuns, type PathTurn, type Shape, troublesOf } from '../whole-path/path.ts';
import { lineOf } from '../whole-path/whole-path.ts';
import { wrongDistinct } from '../whole-path/wrong-distinct.ts';

/** Both sides send frame by frame, as real devices do, and need not have more in flight. */
const WINDOW = 8;
const FRAMES_PER_TURN = 1;
/** By then every device has sent a frame, so its boot is known. */
const SETTLE_S = 4;

/** The same rate from few devices and from many: what it costs that they are many. */
export async function runDevices(deps: ScenarioDeps): Promise<Outcome> {
  const { options, say, signal } = deps;
  const { devices: few, manyDevices: many, rounds, roundS, warmUpS, samplesPerFrame } = options;
  const path = await startOurPath(deps);
  const runs = createPathRuns(path, deps);
  say('warming up');
  const warm = await runs.warmUp(warmUpS, options);
  // What is sustained when frames come as fast as they are acknowledged: this is the rate that both sides offer.
  const { samplesPerS } = warmUpS > 0 ? await runs.send(warm * roundS, options) : { samplesPerS: warm };
  const settleS = Math.min(SETTLE_S, roundS);
  const framesPerS = samplesPerS / samplesPerFrame;
  const turns: { few: PathTurn[]; many: PathTurn[] } = { few: [], many: [] };
  for (let round = 0; round < rounds; round++) {
    for (const [side, devices] of [
      ['few', few],
      ['many', many],
    ] as const) {
      const shape: Shape = { ...options, devices, window: WINDOW, framesPerS, framesPerTurn: FRAMES_PER_TURN, settleS };
      const turn = await runs.send(samplesPerS * (roundS + settleS), shape);
      say(`${count(devices)} devices: ${lineOf(turn)}`);
      turns[side].push(turn);
    }
  }
  const rate = (of: readonly PathTurn[]) => of.map((turn) => turn.samplesPerS);
  const figures = {
    ratio: ratioOf(rate(turns.many), rate(turns.few)),
    'samplesPerS.few': figureOf(rate(turns.few)),
    'samplesPerS.many': figureOf(rate(turns.many)),
    'cpuUs.few': figureOf(turns.few.map((turn) => turn.cpuUsPerSample)),
    'cpuUs.many': figureOf(turns.many.map((turn) => turn.cpuUsPerSample)),
  };
  return {
    lines: Object.entries(figures).map(([name, figure]) => `${name.padEnd(24)}${inRange(figure)}`),
    figures,
    notes: [`${count(many)} devices against ${count(few)}, ${count(samplesPerS)} samples/s offered by both`],
    measured: { few, many, offeredSamplesPerS: samplesPerS, settleS, turns },
    reasons: [
      ...[...turns.few, ...turns.many].flatMap(troublesOf),
      ...wrongDistinct(await path.countDistinct(signal), runs.acknowledgedSamples()),
    ],
  };
}
