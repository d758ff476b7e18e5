import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { ExportedFile, FileList } from './exported-file.ts';
import { README } from './readme.ts';

interface ListedFile {
  readonly name: string;
  readonly says: string;
  readonly count: number;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * A zip of files that are made while they are written, piece by piece: no file is ever held as a whole. Its last one,
 * `manifest.json`, says of each how many rows and bytes it has, and its SHA-256. Throws what making a file throws.
 */
export async function* zipOf({ files, leftOut }: FileList, madeMs: number): AsyncGenerator<Buffer> {
  const zip = new ZipFile();
  const out = zip.outputStream as Readable;
  const mtime = new Date(madeMs);
  let current: Readable | null = null;
  zip.on('error', (error: Error) => out.destroy(error));

  async function add(file: ExportedFile): Promise<ListedFile> {
    const hash = createHash('sha256');
    let bytes = 0;
    async function* hashed() {
      for await (const piece of file.content) {
        const buffer =
          typeof piece === 'string'
            ? Buffer.from(piece)
            : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
        hash.update(buffer);
        bytes += buffer.length;
        yield buffer;
      }
    }
    current = Readable.from(hashed(), { objectMode: false });
    zip.addReadStream(current, file.name, { mtime });
    await finished(current);
    return { name: file.name, says: file.says, count: file.count(), bytes, sha256: hash.digest('hex') };
  }

  async function addAll(): Promise<void> {
    zip.addBuffer(Buffer.from(README), 'README.txt', { mtime });
    const listed: ListedFile[] = [];
    for await (const file of files) listed.push(await add(file));
    const manifest = { format: 'slipstream-export-1', made: mtime.toISOString(), files: listed, leftOut };
    zip.addBuffer(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), 'manifest.json', { mtime });
    zip.end();
  }

  const adding = addAll();
  // Whoever reads hears of it below.
  adding.catch((error) => out.destroy(error));
  try {
    yield* out as AsyncIterable<Buffer>;
    await adding;
  } finally {
    (current as Readable | null)?.destroy();
    out.destroy();
  }
}
