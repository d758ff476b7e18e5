import type { KeptResult } from './kept-results.ts';
import type { MakeTable } from './report.ts';
import { count } from './words.ts';

/** Shares of a core that each stage uses for a sample, µs, as measured one process each. */
export interface StageCosts {
  readonly ingest: number;
  readonly nats: number;
  readonly questdbSink: number;
  readonly clickhouseSink: number;
  readonly shardHolder: number;
  readonly questdb: number;
  readonly clickhouse: number;
}

/** Cores are never used up: engines merge, load is uneven, and latency grows long before. */
const USABLE_SHARE = 0.7;
const CONNECTIONS_PER_PROCESS = 16_000;
const MILLION = 1_000_000;

/** Undefined until a run was kept that has the cost of every stage. */
export function costsOf(kept: KeptResult | undefined): StageCosts | undefined {
  if (kept === undefined || !kept.pass) return undefined;
  const us = (process: string) => kept.figures[`cpuUs.${process}`].value;
  return {
    ingest: us('ingest'),
    nats: us('nats-server'),
    questdbSink: us('questdb-sink'),
    clickhouseSink: us('clickhouse-sink'),
    shardHolder: us('shard-holder'),
    questdb: us('questdb'),
    clickhouse: us('clickhouse'),
  };
}

export interface Layout {
  readonly name: string;
  readonly nodes: number;
  readonly coresPerNode: number;
  /** How many nodes do the same work again: copies of each stream, and replicas of ClickHouse. */
  readonly streamCopies: number;
  readonly clickhouseReplicas: number;
}

export const LAYOUTS: readonly Layout[] = [
  { name: 'one node, 2 cores', nodes: 1, coresPerNode: 2, streamCopies: 1, clickhouseReplicas: 1 },
  { name: 'one node, 16 cores', nodes: 1, coresPerNode: 16, streamCopies: 1, clickhouseReplicas: 1 },
  { name: 'three nodes, 16 cores each', nodes: 3, coresPerNode: 16, streamCopies: 3, clickhouseReplicas: 3 },
];

/** µs of CPU that a sample costs the whole layout. */
export function costUs(costs: StageCosts, { streamCopies, clickhouseReplicas }: Layout): number {
  const { nats, clickhouse, ...once } = costs;
  const rest = Object.values(once).reduce((sum, us) => sum + us, 0);
  return rest + nats * streamCopies + clickhouse * clickhouseReplicas;
}

/** Samples a second by cores alone, and by the one thread that applies QuestDB's table if all its cost were there. */
export function capacityOf(costs: StageCosts, layout: Layout) {
  const byCores = (layout.nodes * layout.coresPerNode * USABLE_SHARE * MILLION) / costUs(costs, layout);
  const byQuestDbWriter = MILLION / costs.questdb;
  return { byCores, byQuestDbWriter, samplesPerS: Math.min(byCores, byQuestDbWriter) };
}

/** Processes of a stage whose main thread does all of its work, at a rate. */
export function processesFor(us: number, samplesPerS: number): number {
  return Math.max(1, Math.ceil((us * samplesPerS) / MILLION / USABLE_SHARE));
}

export function costTable(costs: StageCosts | undefined, table: MakeTable): string {
  if (costs === undefined) return NOT_YET;
  const total = costUs(costs, LAYOUTS[0]);
  const rows = Object.entries(costs).map(([stage, us]) => [
    stage,
    us.toFixed(2),
    `${Math.round((us / total) * 100)} %`,
  ]);
  return table(['stage', 'µs of CPU a sample', 'share'], [...rows, ['all', total.toFixed(2), '100 %']]);
}

export function layoutTable(costs: StageCosts | undefined, table: MakeTable): string {
  if (costs === undefined) return NOT_YET;
  const rows = LAYOUTS.map((layout) => {
    const { byCores, byQuestDbWriter, samplesPerS } = capacityOf(costs, layout);
    return [
      layout.name,
      costUs(costs, layout).toFixed(2),
      thousands(byCores),
      thousands(byQuestDbWriter),
      processesFor(costs.ingest, samplesPerS),
      processesFor(costs.questdbSink, samplesPerS),
      processesFor(costs.clickhouseSink, samplesPerS),
      processesFor(costs.shardHolder, samplesPerS),
    ];
  });
  const counted = ['ingest', 'QuestDB sinks', 'ClickHouse sinks', 'shard holders'];
  return table(['layout', 'µs a sample', 'samples/s by cores', 'by one QuestDB table', ...counted], rows);
}

/** A million devices that measure once a second, three copies of everything that can have copies. */
export function millionTable(costs: StageCosts | undefined, bytesPerSample: number | undefined, table: MakeTable) {
  if (costs === undefined) return NOT_YET;
  const layout = LAYOUTS[2];
  const cores = costUs(costs, layout) / USABLE_SHARE;
  const regions = Math.ceil(MILLION / (MILLION / costs.questdb));
  const stream = bytesPerSample === undefined ? 'not measured' : `${count(bytesPerSample)} MB/s a copy`;
  return table(
    ['what', 'how much'],
    [
      ['samples a second', count(MILLION)],
      ['cores', Math.ceil(cores)],
      ['nodes of 16 cores', Math.ceil(cores / layout.coresPerNode)],
      ['ingest processes for the connections', Math.ceil(MILLION / CONNECTIONS_PER_PROCESS)],
      ['ingest processes for the work', processesFor(costs.ingest, MILLION)],
      ['QuestDB servers, one a region', regions],
      ['bytes into the stream', stream],
    ],
  );
}

const NOT_YET = 'Not measured yet.';
const thousands = (value: number) => count(Math.round(value / 1_000) * 1_000);

/** Bytes that a sample takes in the stream, ten a frame and one a frame together, from the ingest scenario. */
export function bytesPerSampleOf(kept: KeptResult | undefined): number | undefined {
  const stream = kept?.measured.stream as { bytes: number; samples: number } | undefined;
  return stream === undefined ? undefined : stream.bytes / stream.samples;
}

/** What a second ingest process brought on this machine. */
export function processesLine(kept: KeptResult | undefined): string {
  if (kept === undefined || !kept.pass) return NOT_YET;
  const { ratio } = kept.figures;
  const rate = (side: string) => count(kept.figures[`samplesPerS.${side}`].value);
  const cost = (side: string) => kept.figures[`cpuUs.${side}`].value.toFixed(2);
  return (
    `On ${kept.machine.cores} cores two ingest processes took ${count(ratio.value)} times (${count(ratio.min)} – ` +
    `${count(ratio.max)}) what one took: ${rate('two')} against ${rate('one')} samples/s, at ${cost('two')} against ` +
    `${cost('one')} µs of CPU a sample, nats-server included.`
  );
}
