import { problemOf } from '../problem-error.ts';
import { sessionFetch } from '../session.ts';
import { read, send } from './account-api.ts';

/** What the API answers about exports of all own data. */
export interface OwnExport {
  readonly id: string;
  readonly state: 'waiting' | 'writing' | 'ready' | 'failed';
  readonly progress: number;
  readonly bytes: number;
  readonly createdMs: number;
  readonly expiresMs: number | null;
}

const PATH = '/account/exports';

export const readExports = async () => (await read<{ exports: readonly OwnExport[] }>(PATH)).exports;
export const askExport = (password: string) => send('POST', PATH, { password });

/** The browser fetches the file itself, by its cookie: it may be larger than what a script holds. */
export const fileOf = ({ id }: OwnExport) => `/v1${PATH}/${id}/file`;

/** So that the cookie is good when the browser asks for the file. Throws ProblemError when it is not there any more. */
export async function renewBefore({ id }: OwnExport): Promise<void> {
  const answer = await sessionFetch(`/v1${PATH}/${id}`);
  if (!answer.ok) throw await problemOf(answer);
}
