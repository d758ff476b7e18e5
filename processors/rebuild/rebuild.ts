import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Platform } from '../../runtime/nats/platform.ts';
import type { Options } from '../../runtime/options.ts';
import type { ReleaseStack } from '../../runtime/release.ts';
import { StartError } from '../../runtime/service.ts';
import { createClickHouse } from '../clickhouse/clickhouse-client.ts';
import { createClickHouseSink } from '../clickhouse/sink.ts';
import { createQuestDbClient } from '../questdb/questdb-client.ts';
import { createQuestDbSink } from '../questdb/sink.ts';
import type { Sink } from '../sink.ts';
import { rebuildHotFromCold } from './hot-from-cold.ts';
import { keepDeleted } from './keep-deleted.ts';
import type { rebuildOptions } from './options.ts';
import { replay } from './replay.ts';
import { rebuildRollUps } from './roll-ups-from-raw.ts';

export interface RebuildDeps {
  readonly options: Options<typeof rebuildOptions>;
  /** Connected only when it is needed: the stores are enough for some. */
  platform(): Promise<Platform>;
  readonly clock: Clock;
  readonly release: ReleaseStack;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  say(text: string): void;
}

const MAX_BATCH_BYTES = 32 * 1024 * 1024;
const END_OF_TIME_MS = Date.UTC(2200, 0, 1);

const percent = (share: number) => `${Math.floor(share * 100)} %`.padStart(5);
const count = (value: number) => value.toLocaleString('en-US');

/** Runs one rebuild to its end. Throws StartError when not everything is right afterwards, with what to do. */
export async function rebuild(deps: RebuildDeps): Promise<void> {
  const { what } = deps.options;
  if (what === 'hot') return rebuildHot(deps);
  if (what === 'replay') return runReplay(deps);
  return runRollUps(deps);
}

async function rebuildHot(deps: RebuildDeps): Promise<void> {
  const { options, clock, release, signal, say } = deps;
  const sink = openSink('questdb', deps);
  await sink.open();
  const cold = createClickHouse(options.clickhouseUrl);
  release.add('ClickHouse', () => cold.close());
  const hot = await createQuestDbClient(options.questdbUrl);
  release.add('QuestDB', () => hot.close());
  const { hotRetentionMs, pageRows } = options;
  const report = await rebuildHotFromCold({
    ...{ cold, hot, clock, hotRetentionMs, pageRows, signal },
    onProgress({ what, rows, mended, share }) {
      const done = mended === 0 ? 'nothing lacked' : `${count(mended)} mended`;
      say(`${percent(share)}  ${what}: ${done}, ${count(rows)} rows`);
    },
  });
  say(`wrote ${count(report.rows)} rows and ${count(report.ledgerLines)} lines of the ledger`);
  if (report.lacking.length === 0) return say('every series of every day has what ClickHouse has');
  const [first] = report.lacking;
  throw new StartError(
    `${report.lacking.length} days still lack something, such as ${first.series.slice(0, 3).join(', ')} on ` +
      `${first.what}: run it again, and look into QuestDB's log when that does not help`,
  );
}

async function runReplay(deps: RebuildDeps): Promise<void> {
  const { options, clock, signal, say, logger } = deps;
  const platform = await deps.platform();
  const frames = await platform.frames();
  const fromSeq = /^\d+$/.test(options.from) ? Number(options.from) : await frames.seqAt(timeOf(options.from));
  const { firstSeq } = await frames.info();
  if (fromSeq > 1 && firstSeq > fromSeq) {
    logger.warn({ asked: fromSeq, firstSeq }, 'the stream begins later than asked for: what is older was trimmed');
  }
  const sink = openSink(options.store, deps);
  await sink.open();
  const report = await replay({
    ...{ frames, names: platform.names, sink, clock, fromSeq, signal },
    maxBatchRows: options.pageRows,
    maxBatchBytes: MAX_BATCH_BYTES,
    onProgress: ({ seq, lastSeq, rows }) =>
      say(`${percent(share(seq, fromSeq, lastSeq))}  up to message ${seq} of ${lastSeq}, ${count(rows)} rows`),
  });
  const { messages, rows, expired, refused, unreadable } = report;
  if (options.store === 'clickhouse') await forgetDeleted(deps, platform);
  say(
    `wrote ${count(rows)} rows of ${count(messages)} messages, ${count(expired)} rows are older than the store keeps`,
  );
  if (refused.length + unreadable.length === 0) return;
  throw new StartError(
    `${refused.length} messages were refused by the store and ${unreadable.length} cannot be read, such as ` +
      `${[...refused, ...unreadable].slice(0, 5).join(', ')}: they are in the dead letters, or still in the stream`,
  );
}

async function forgetDeleted({ options, release, say }: RebuildDeps, platform: Platform): Promise<void> {
  const cold = createClickHouse(options.clickhouseUrl);
  release.add('ClickHouse', () => cold.close());
  const athletes = await keepDeleted({ config: await platform.config(), command: cold.command });
  if (athletes > 0) say(`nothing of ${count(athletes)} athletes who were deleted is kept`);
}

async function runRollUps(deps: RebuildDeps): Promise<void> {
  const { options, release, signal, say } = deps;
  const platform = await deps.platform();
  const frames = await platform.frames();
  const position = await frames.durablePosition(platform.names.durable('clickhouse'));
  if (position === null) throw new StartError('ClickHouse has no sink that has ever run: there is nothing to compute');
  const cold = createClickHouse(options.clickhouseUrl);
  release.add('ClickHouse', () => cold.close());
  const fromMs = /^\d+$/.test(options.from) ? 0 : timeOf(options.from);
  const recomputed = await rebuildRollUps({
    ...{ cold, signal, version: position.ackFloorSeq },
    span: { fromMs, untilMs: END_OF_TIME_MS },
    onProgress: ({ hour, recomputed, share }) => say(`${percent(share)}  ${hour}: ${count(recomputed)} computed again`),
  });
  say(`${count(recomputed)} hours of a series were computed again, all others count right`);
}

function openSink(name: string, { options, clock, release }: RebuildDeps): Sink {
  const { questdbUrl, clickhouseUrl, hotRetentionMs } = options;
  const sink =
    name === 'questdb'
      ? createQuestDbSink({ url: questdbUrl, clock, hotRetentionMs, maxWalLagTransactions: Number.MAX_SAFE_INTEGER })
      : createClickHouseSink({ url: clickhouseUrl, clock });
  release.add(`the sink of ${name}`, () => sink.close());
  return sink;
}

function timeOf(text: string): number {
  const timeMs = Date.parse(text);
  if (Number.isNaN(timeMs)) {
    throw new StartError(`--from: got "${text}", expected a sequence or a time such as 2026-01-31T08:00:00Z`);
  }
  return timeMs;
}

function share(seq: number, fromSeq: number, lastSeq: number): number {
  return lastSeq <= fromSeq ? 1 : (seq - fromSeq) / (lastSeq - fromSeq);
}
