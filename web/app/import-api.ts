import { problemOf } from '../problem-error.ts';
import { sessionFetch } from '../session.ts';
import { read } from './account-api.ts';
import { fetchWithProgress } from './fetch-with-progress.ts';

/** What the API answers about imports, as far as the application reads it. */
export interface ImportHead {
  readonly id: string;
  readonly createdMs: number;
  /** Null while some of it is to be done. */
  readonly endedMs: number | null;
  /** From 0 to 1. */
  readonly progress: number;
}

export interface ListedImport extends ImportHead {
  /** How many. */
  readonly files: number;
}

export interface FileImport extends ImportHead {
  readonly files: readonly ImportedFile[];
}

export interface ImportedFile {
  readonly name: string;
  readonly state: 'waiting' | 'reading' | 'stored' | 'imported' | 'merged' | 'refused' | 'failed';
  /** From 0 to 1. */
  readonly progress: number;
  readonly workouts: readonly string[];
  readonly isRepeated: boolean;
  readonly reason: string | null;
  readonly damage: readonly string[];
  /** Of the export of a health store. */
  readonly health: {
    readonly records: number;
    readonly workouts: number;
    readonly notTaken: Readonly<Record<string, number>>;
  } | null;
}

/** Each throws ProblemError with what the API said, TypeError when it cannot be reached. */
export const readImports = (cursor: string | null) =>
  read<{ imports: readonly ListedImport[]; next: string | null }>(
    `/imports?limit=10${cursor === null ? '' : `&cursor=${cursor}`}`,
  );
export const readImport = (id: string) => read<FileImport>(`/imports/${id}`);

export interface UploadWatch {
  /** Under the same key once, however often it is sent. */
  readonly key: string;
  readonly signal: AbortSignal;
  /** From 0 to 1, of the bytes that have left. */
  readonly onSent: (share: number) => void;
}

/** Besides, throws the reason of `signal`. */
export async function uploadFiles(files: readonly File[], { key, signal, onSent }: UploadWatch): Promise<FileImport> {
  const body = new FormData();
  for (const file of files) body.append('files', file);
  const init = { method: 'POST', body, signal, headers: { 'idempotency-key': key } };
  const answer = await sessionFetch('/v1/imports', init, fetchWithProgress(onSent));
  if (!answer.ok) throw await problemOf(answer);
  return (await answer.json()) as FileImport;
}
