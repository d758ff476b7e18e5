import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { HealthRow } from '../../files/health/coalesce.ts';
import type { Verdict } from '../../files/import-verdict.ts';
import { type ImportAsk, ImporterError, type ImportFile } from './importer.ts';

export interface SpawnImporterOptions {
  /** Where ingest takes WebSockets. */
  readonly ingestHost: string;
  readonly ingestWebsocketPort: number;
  /** File with the private key of the importer's tokens, which say whose the samples are. */
  readonly tokenKey: string;
  readonly maxFileBytes: number;
}

const IMPORTER = fileURLToPath(new URL('../../importer/main.ts', import.meta.url));
/** A file that keeps a reader busy for longer is none of an activity. */
const TIMEOUT_MS = 20 * 60_000;
/** A GPX of 50 MB takes half of it. */
const MAX_HEAP_MB = 1_024;
const GIVE_UP_MS = 60_000;
const KEPT_CHARACTERS = 2_000;

/**
 * The importer, as a process of its own for each file: what strangers sent is read where it can use up neither
 * the memory nor the time of the API, and can be ended. It reads the key that its tokens are signed with; the API does
 * not.
 */
export function createSpawnedImporter(options: SpawnImporterOptions): ImportFile {
  return async function importFile(ask) {
    const dir = await mkdtemp(join(tmpdir(), 'slipstream-import-'));
    try {
      const file = join(dir, 'activity');
      await writeFile(file, ask.bytes, { mode: 0o600 });
      return await run(file, ask, options);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  };
}

async function run(file: string, { athlete, signal, onProgress, onRows }: ImportAsk, options: SpawnImporterOptions) {
  const { ingestHost, ingestWebsocketPort, tokenKey, maxFileBytes } = options;
  const flags = [
    ...[`--athlete=${athlete}`, `--host=${ingestHost}`, `--websocket-port=${ingestWebsocketPort}`],
    ...[`--max-file-bytes=${maxFileBytes}`, `--give-up-ms=${GIVE_UP_MS}`],
    // It is removed with the file, even when the importer is killed.
    `--scratch-folder=${dirname(file)}`,
    ...['--no-open', `--token-key=${tokenKey}`, '--json', '--progress', '--exit-with-parent', '--log-format=json'],
  ];
  const child = spawn(process.execPath, [`--max-old-space-size=${MAX_HEAP_MB}`, IMPORTER, file, ...flags], {
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    killSignal: 'SIGKILL',
  });
  const ended = Promise.withResolvers<number | null>();
  // Waited for below, once all that it said is read.
  ended.promise.catch(() => undefined);
  child.once('error', ended.reject);
  child.once('close', ended.resolve);
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-KEPT_CHARACTERS);
  });
  let verdict: Verdict | null = null;
  try {
    // Line by line: while rows are being kept nothing is read, and the importer waits.
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line) as { progress: number } | { rows: readonly HealthRow[] } | Verdict;
      if ('progress' in said) onProgress(said.progress);
      else if ('rows' in said) await onRows?.(said.rows);
      else verdict = said;
    }
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  const code = await ended.promise.catch((cause: unknown) => {
    throw new ImporterError(`the importer was ended: ${(cause as Error).message}`, { cause });
  });
  if (verdict === null) throw new ImporterError(`the importer ended with ${code} and said nothing: ${words}`);
  return verdict as Verdict;
}
