import { open, readFile, stat } from 'node:fs/promises';
import type { HealthRow } from '../files/health/coalesce.ts';
import type { Verdict } from '../files/import-verdict.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Connect } from '../runtime/device-client/connection.ts';
import { type Service, StartError } from '../runtime/service.ts';
import { importHealthExport } from './health/import-export.ts';
import { importDevice } from './identity.ts';
import { importFile } from './import-file.ts';
import type { ImportOptions } from './options.ts';
import { SendError } from './send-frames.ts';
import { inWords } from './words.ts';

export interface ImportServiceDeps {
  readonly options: ImportOptions;
  readonly connect: Connect;
  /** Null in an open deployment. */
  readonly token: string | null;
  readonly clock: Clock;
  readonly out: { write(text: string): boolean; once(event: 'drain', then: () => void): unknown };
  /** Progress goes here, and only where somebody watches. */
  readonly err: { write(text: string): unknown; isTTY?: boolean };
}

/** As tokens have it. */
const ATHLETE = /^[A-Za-z0-9_-]{1,128}$/;

/** Throws StartError for a name that no athlete can have. */
export function assertAthlete(athlete: string): void {
  if (!ATHLETE.test(athlete)) throw new StartError('--athlete: an athlete has 1 to 128 of A–Z a–z 0–9 _ -');
}

/** Imports one file after the other. `run` rejects when one was not imported whole, so that the process ends with 1. */
export function createImportService({ options, connect, token, clock, out, err }: ImportServiceDeps): Service {
  const stopping = new AbortController();
  const { athlete, maxFileBytes: maxBytes, giveUpMs, scratchFolder } = options;
  const credentials = { device: importDevice(athlete), token };
  const send = { connect, credentials, clock, giveUpMs, signal: stopping.signal };

  async function importOne(file: string): Promise<Verdict> {
    // Before it is read: what is too large does not come into memory.
    const { size } = await stat(file);
    if (size > maxBytes) return { kind: 'refused', reason: 'file_too_large', detail: `${size} bytes` };
    const deps = { athlete, maxBytes, send, onProgress: showProgress(file) };
    // A zip is the export of a phone's health store, and too large for memory when it is unpacked.
    if (await isZipFile(file)) return importHealthExport(file, { ...deps, onRows: tellRows, scratchFolder });
    return importFile(await readFile(file), deps);
  }

  /** For whoever keeps them: the importer has no database. */
  async function tellRows(rows: readonly HealthRow[]): Promise<void> {
    if (!options.progress || out.write(`${JSON.stringify({ rows })}\n`)) return;
    await new Promise<void>((resolve) => out.once('drain', resolve));
  }

  function showProgress(file: string): (share: number) => void {
    if (options.progress) return tellProgress();
    if (!err.isTTY) return () => undefined;
    return (share) => err.write(`\r${file}: ${Math.round(share * 100)} %${share >= 1 ? '\r\x1b[K' : ''}`);
  }

  /** A line for each hundredth. */
  function tellProgress(): (share: number) => void {
    let told = 0;
    return (share) => {
      const hundredth = Math.floor(share * 100);
      if (hundredth <= told) return;
      told = hundredth;
      out.write(`${JSON.stringify({ progress: share })}\n`);
    };
  }

  async function run(): Promise<void> {
    if (options.files.length === 0) throw new StartError('no file was named, see --help');
    let bad = 0;
    for (const file of options.files) {
      const verdict = await importOne(file).catch((error: unknown) => {
        throw isForPeople(error) ? new StartError(`${file}: ${(error as Error).message}`, { cause: error }) : error;
      });
      if (!isWhole(verdict)) bad++;
      out.write(options.json ? `${JSON.stringify({ file, ...verdict })}\n` : inWords(file, verdict));
    }
    if (bad > 0) throw new StartError(`${bad} of ${options.files.length} files were not imported whole`);
  }

  return {
    name: 'import',
    run,
    drain: async () => stopping.abort(new Error('the import was asked to end')),
    stop: async () => stopping.abort(new Error('the import was asked to end')),
  };
}

function isWhole(verdict: Verdict): boolean {
  if (verdict.kind === 'refused') return false;
  const sent = verdict.kind === 'health' ? [verdict.sent] : verdict.activities.map((activity) => activity.sent);
  return sent.every(({ dead }) => Object.keys(dead).length === 0);
}

async function isZipFile(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('latin1') === 'PK\u0003\u0004';
  } finally {
    await file.close();
  }
}

/** A file that is not there, or an ingest that does not answer: no error of ours. */
const isForPeople = (error: unknown) =>
  error instanceof SendError || (error as NodeJS.ErrnoException).code !== undefined;
