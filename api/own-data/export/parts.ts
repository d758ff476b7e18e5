import type { ObjectStore } from '../../../runtime/objects/objects.ts';

/** Where the file of an export lies. */
export interface ExportParts {
  readonly id: string;
  readonly attempt: number;
  readonly parts: number;
}

/** In the outbox: parts of an export whose row is gone with its owner. */
export const FORGET_EXPORT = 'forget_export';

export const partKey = (id: string, attempt: number, part: number) => `exports/${id}/${attempt}-${part}`;

/** Gone afterwards; may be called again. Throws ObjectsUnavailableError. */
export async function forgetParts(objects: Pick<ObjectStore, 'delete'>, own: ExportParts): Promise<void> {
  const { id, attempt, parts } = own;
  for (let part = 0; part < parts; part++) await objects.delete(partKey(id, attempt, part));
}

/** The file, part by part. Throws when a part is gone: half a file is none. */
export async function* readParts(objects: Pick<ObjectStore, 'get'>, own: ExportParts): AsyncGenerator<Uint8Array> {
  const { id, attempt, parts } = own;
  for (let part = 0; part < parts; part++) {
    const bytes = await objects.get(partKey(id, attempt, part));
    if (bytes === null) throw new Error(`the part ${part} of the export ${id} is gone`);
    yield bytes;
  }
}
