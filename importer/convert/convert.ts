import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readActivityFile } from '../../files/read-activity-file.ts';
import { FILE_REASONS } from '../../files/reasons.ts';
import { writeActivityFile } from '../../files/write-activity-file.ts';
import { StartError } from '../../runtime/service.ts';
import type { ConvertOptions } from './options.ts';

/** Writes a file for each activity of `file`. Answers their names. Throws StartError when there is none to write. */
export async function convertFile(file: string, options: ConvertOptions, nowMs: number): Promise<string[]> {
  const { to, outDir, maxFileBytes: maxBytes } = options;
  if ((await stat(file)).size > maxBytes) throw new StartError(`${file}: ${FILE_REASONS.file_too_large.text}`);
  const outcome = await readActivityFile(await readFile(file), { maxBytes, nowMs });
  if (outcome.kind === 'refused') throw new StartError(`${file}: ${FILE_REASONS[outcome.reason].text}`);
  const name = basename(file).replace(/(\.(fit|gpx|tcx|csv|parquet|gz))+$/i, '');
  const written: string[] = [];
  for (const [number, activity] of outcome.activities.entries()) {
    const bytes = writeActivityFile(activity, to);
    if (bytes === null) throw new StartError(`${file}: no sample has a position, and GPX knows nothing else`);
    const target = join(outDir, `${name}${number === 0 ? '' : `-${number + 1}`}.${to}`);
    await writeFile(target, bytes, { flag: 'wx' });
    written.push(target);
  }
  return written;
}
