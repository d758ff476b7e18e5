import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Files that are packed already, or so small that it is not worth their header. */
const PACKED = /\.(png|woff2|br|gz)$/;
const LEAST_BYTES = 256;

/**
 * Puts the style sheets of a built page into its documents, so that the first picture waits for nothing but the
 * document: on a slow network each file costs half a second.
 */
export function inlineStyles(dir: string): void {
  for (const name of readdirSync(dir).filter((one) => one.endsWith('.html'))) {
    const html = readFileSync(join(dir, name), 'utf8');
    const inlined = html.replaceAll(/<link rel="stylesheet"[^>]* href="\/([^"]+\.css)"[^>]*>/g, (_, path: string) => {
      return `<style>${readFileSync(join(dir, path), 'utf8').trim()}</style>`;
    });
    writeFileSync(join(dir, name), inlined);
  }
}

/** Beside each asset what is sent of it: `.br` and `.gz`, as small as they get, since it is done once. */
export function packFiles(dir: string): void {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (PACKED.test(name) || !statSync(path).isFile() || statSync(path).size < LEAST_BYTES) continue;
    const bytes = readFileSync(path);
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}
