import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EngineError } from './engine-error.ts';

/** Where `stack/setup.js` puts the engines it fetches, with names that carry no version. */
const ENGINES_FOLDER = fileURLToPath(new URL('../.engines/', import.meta.url));

/** The path of a fetched engine. Throws EngineError, saying how to fetch it, when it is not there. */
export function foundEngine(file: 'nats-server' | 'questdb.jar'): string {
  const path = `${ENGINES_FOLDER}${file}`;
  if (!existsSync(path))
    throw new EngineError(`${file} is not there yet: run \`node stack/setup.js\`, which fetches it`);
  return path;
}
