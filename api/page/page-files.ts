import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** One file of the built page, ready to be sent. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
  readonly brotli: Buffer;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};
const MAX_FILES = 100;
/** What the build has packed lies beside what it is of. */
const PACKED = /\.(br|gz)$/;
/** Each page by its address. */
const PAGES = {
  '/': 'index.html',
  '/races': 'race.html',
  '/organiser': 'organiser.html',
  '/operations': 'operations.html',
  '/progress': 'progress.html',
  '/product': 'product.html',
  '/app': 'app.html',
} as const;
/** What a browser that installs the application asks for, under names that stay. */
const INSTALLED = [
  'service-worker.js',
  'app.webmanifest',
  'icon.svg',
  'icon-192.png',
  'icon-512.png',
  'icon-whole.png',
];

/**
 * Every file of the built pages, by its address: those of `PAGES`, `INSTALLED` and `/assets/…`. Read once: only what is
 * there is ever served, so no address can lead out of the folder. `mapStyleUrl` is put into the pages, which have no
 * other way to options.
 */
export async function readPageFiles(dir: string, mapStyleUrl: string): Promise<ReadonlyMap<string, PageFile>> {
  const all = await readdir(join(dir, 'assets'));
  const assets = all.filter((name) => !PACKED.test(name));
  if (assets.length > MAX_FILES) throw new RangeError(`${dir} has more than ${MAX_FILES} files: it is no page of ours`);
  const files = new Map<string, PageFile>();
  for (const [address, name] of Object.entries(PAGES)) {
    const html = (await readFile(join(dir, name), 'utf8')).replace(
      '<meta name="map-style" content=""',
      () => `<meta name="map-style" content="${escaped(mapStyleUrl)}"`,
    );
    files.set(address, pageFileOf('.html', Buffer.from(html)));
  }
  const others = [...INSTALLED, ...assets.map((name) => `assets/${name}`)];
  for (const name of others) {
    const packed = {
      gzipped: await readPacked(join(dir, `${name}.gz`)),
      brotli: await readPacked(join(dir, `${name}.br`)),
    };
    files.set(`/${name}`, pageFileOf(extname(name), await readFile(join(dir, name)), packed));
  }
  return files;
}

/** A few milliseconds, as gzip takes. */
const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

/** Packed here where the build did not do it. */
export function pageFileOf(
  extension: string,
  bytes: Buffer,
  { gzipped = null, brotli = null }: { gzipped?: Buffer | null; brotli?: Buffer | null } = {},
): PageFile {
  const type = TYPES[extension] ?? 'application/octet-stream';
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
  return { type, bytes, gzipped: gzipped ?? gzipSync(bytes), brotli: brotli ?? brotliCompressSync(bytes, FAST), etag };
}

/** Null when there is none: of what gets no smaller there need not be one. */
async function readPacked(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return null;
  }
}

export function escaped(text: string): string {
  return text.replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
