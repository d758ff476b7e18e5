import { makeDataDir } from '../../deployment/deployment.ts';
import { type Figure, figureOf } from '../../figure.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { count, inRange } from '../../words.ts';
import { createClickHouseLimit } from './clickhouse-limit.ts';
import { createJetStreamLimit } from './jetstream-limit.ts';
import type { Limit, LimitTurn } from './limit.ts';
import { createQuestDbLimit } from './questdb-limit.ts';

const FIRST_SAMPLES = 50_000;
/** Prepared bytes are held in memory: 200 each. */
const MAX_SAMPLES = 3_000_000;

/** What the engines take at best: no ingest, no sinks, nothing else that works on the machine. */
export async function runLimits(deps: ScenarioDeps): Promise<Outcome> {
  const { options, release, say } = deps;
  const dir = await makeDataDir(release);
  const limits: Limit[] = [
    await createJetStreamLimit(deps, dir),
    await createQuestDbLimit(deps, dir),
    await createClickHouseLimit(deps, dir),
  ];
  const turns: Record<string, LimitTurn[]> = {};
  const samplesOf = new Map<string, number>();
  for (const { name, run } of limits) {
    say(`warming up ${name}`);
    let turn = await run(FIRST_SAMPLES);
    for (let totalMs = turn.elapsedMs; totalMs < options.warmUpS * 500; totalMs += turn.elapsedMs) {
      turn = await run(amountFor(turn, options.warmUpS / 4));
    }
    samplesOf.set(name, amountFor(turn, options.roundS / 2));
    turns[name] = [];
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const { name, run } of limits) {
      const turn = await run(samplesOf.get(name)!);
      turns[name].push(turn);
      say(`${name.padEnd(12)}${count(perS(turn, turn.sent))} a second, ${cpuUs(turn).toFixed(2)} µs of CPU each`);
    }
  }
  const figures: Record<string, Figure> = {};
  for (const [name, of] of Object.entries(turns)) {
    figures[`perS.${name}`] = figureOf(of.map((turn) => perS(turn, turn.sent)));
    figures[`bytesPerS.${name}`] = figureOf(of.map((turn) => perS(turn, turn.bytes)));
    figures[`cpuUs.${name}`] = figureOf(of.map(cpuUs));
  }
  return {
    lines: Object.entries(figures).map(([name, figure]) => `${name.padEnd(24)}${inRange(figure)}`),
    figures,
    measured: { turns },
    reasons: Object.entries(turns).flatMap(([name, of]) =>
      of.filter(({ sent, found }) => sent !== found).map(({ sent, found }) => `${name}: ${found} found of ${sent}`),
    ),
  };
}

const perS = ({ elapsedMs }: LimitTurn, what: number) => (what / elapsedMs) * 1_000;
const cpuUs = ({ engineCpuMs, sent }: LimitTurn) => (engineCpuMs * 1_000) / sent;
function amountFor(turn: LimitTurn, seconds: number): number {
  return Math.min(MAX_SAMPLES, Math.max(FIRST_SAMPLES, Math.ceil(perS(turn, turn.sent) * seconds)));
}
