import type { Clock } from '../../runtime/clock.ts';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import type { RecomputeAsk } from '../../schemas/recompute-ask.ts';
import type { ConfigCommandOptions } from './options.ts';

export interface ConfigCommandDeps {
  readonly options: ConfigCommandOptions;
  readonly clock: Clock;
  readonly openConfig: () => Promise<KeyValue>;
  /** Throws OptionError when the file cannot be read. */
  readonly readFile: (path: string) => Promise<string>;
  /** Resolves once the frame stream has it. */
  readonly askRecompute: (ask: RecomputeAsk) => Promise<void>;
}

/** What operators can set: shows, sets or takes back one, and answers what to print. Throws as its command does. */
export type ConfigEntity = (deps: ConfigCommandDeps) => Promise<string>;
