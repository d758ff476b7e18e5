import { createIlpEncoder } from '../../../processors/questdb/ilp-encoder.ts';
import { createBatchReader, type SampleBatch } from '../../../schemas/batch/reader.ts';
import { makeBlocks } from '../../blocks.ts';
import type { Outcome, ScenarioDeps } from '../../scenario.ts';
import { createClientRows } from './questdb-rows.ts';

const FRAMES_PER_DEVICE = 25;
const START_MS = Date.UTC(2026, 0, 1);
const ROUNDS = 12;
/** The first rounds run while code is still being compiled. */
const WARM_UP_ROUNDS = 4;

interface Way {
  readonly name: string;
  append(batch: SampleBatch): void;
  bytes(): Buffer;
  clear(): void;
}

/** What turning columns into line protocol costs: our encoder and the client's row API, in turns on the same blocks. */
export async function runIlpEncoder({ options, say, signal }: ScenarioDeps): Promise<Outcome> {
  const blocks = makeBlocks({ ...options, startMs: START_MS, framesPerDevice: FRAMES_PER_DEVICE });
  const encoder = createIlpEncoder();
  const client = await createClientRows();
  const ways: Way[] = [
    {
      name: 'ours',
      append: (batch) => void encoder.appendBatch(batch, 0),
      bytes: encoder.bytes,
      clear: encoder.clear,
    },
    { name: 'client', ...client },
  ];
  const read = createBatchReader();
  const costs = ways.map(({ name }) => ({ name, usPerRow: [] as number[], lines: 0, bytesPerRow: 0 }));
  say(`encoding ${ROUNDS} times in turns`);
  for (let round = 0; round < ROUNDS; round++) {
    ways.forEach((way, i) => {
      signal.throwIfAborted();
      way.clear();
      const before = process.cpuUsage();
      for (const block of blocks) way.append(read('samples', block));
      const { user, system } = process.cpuUsage(before);
      const bytes = way.bytes();
      costs[i].lines = countLines(bytes);
      costs[i].bytesPerRow = bytes.length / costs[i].lines;
      if (round >= WARM_UP_ROUNDS) costs[i].usPerRow.push((user + system) / costs[i].lines);
    });
  }
  return outcomeOf(costs);
}

function outcomeOf(
  costs: readonly { name: string; usPerRow: readonly number[]; lines: number; bytesPerRow: number }[],
): Outcome {
  const found = costs.map((cost) => ({ ...cost, medianUs: median(cost.usPerRow) }));
  const [ours, client] = found;
  const inWords = ({ medianUs }: { medianUs: number }) =>
    `${medianUs.toFixed(2)} µs of CPU a row (${Math.round(1_000 / medianUs).toLocaleString('en-US')},000 rows/s)`;
  const isSame = ours.lines === client.lines;
  return {
    lines: [
      `our encoder         ${inWords(ours)}`,
      `client's row API    ${inWords(client)}`,
      `difference          ${(client.medianUs / ours.medianUs).toFixed(1)} times`,
    ],
    measured: { rowsPerRound: ours.lines, encoders: found },
    reasons: isSame ? [] : [`our encoder wrote ${ours.lines} lines, the client ${client.lines}`],
  };
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
