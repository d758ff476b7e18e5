/**
 * Put before each test file by `test/run.ts` (`--import`): whoever imports fast-check gets it as `fast-check.ts` beside
 * this file sets it up, and whoever does not pays nothing for it.
 */
import { registerHooks } from 'node:module';

const ours = new URL('./fast-check.ts', import.meta.url);
ours.search = new URL(import.meta.url).search;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOurs = specifier === 'fast-check' && context.parentURL !== ours.href;
    return isOurs ? nextResolve(ours.href, context) : nextResolve(specifier, context);
  },
});
