import { createHash } from 'node:crypto';
import { readActivityFile } from '../../../files/read-activity-file.ts';
import { PASSWORD } from '../../accounts/accounts-for-tests.ts';
import { unzip } from '../../imports/unzip.ts';
import type { TestApi } from '../../openapi-for-tests.ts';

export const EXPORTS = '/v1/account/exports';
const LIMITS = { maxFiles: 10_000, maxFileBytes: 1e8, maxBytes: 1e9 };

export const askExport = (api: TestApi, token: string, password = PASSWORD) =>
  api.ask({ method: 'POST', url: EXPORTS, payload: { password } }, token);

/** Somebody's whole export: asked for, written, and downloaded. */
export async function exportOf(api: TestApi, token: string): Promise<{ id: string; zip: Buffer }> {
  const { id } = (await askExport(api, token)).body;
  await api.jobs.runAll();
  const headers = { authorization: `Bearer ${token}` };
  const { rawPayload } = await api.api.inject({ url: `${EXPORTS}/${id}/file`, headers });
  return { id, zip: rawPayload };
}

export async function filesOfZip(zip: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const { name, bytes } of unzip(zip, LIMITS)) files.set(name, bytes!);
  return files;
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** What a FIT of an export says, as the importer reads it. */
export async function readFit(bytes: Buffer, nowMs: number) {
  const outcome = await readActivityFile(bytes, { maxBytes: bytes.length, nowMs });
  if (outcome.kind !== 'read') throw new Error(`it is not read: ${outcome.kind}`);
  return outcome.activities;
}
