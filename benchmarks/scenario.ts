import type { ReleaseStack } from '../runtime/release.ts';
import type { Figure } from './figure.ts';
import type { BenchOptions } from './options.ts';

export interface ScenarioDeps {
  readonly options: BenchOptions;
  /** Processes and folders go here, so that nothing stays behind, however the run ends. */
  readonly release: ReleaseStack;
  /** Aborts when the run is asked to end; a scenario then throws. */
  readonly signal: AbortSignal;
  /** Tells whoever watches how far it is. */
  readonly say: (text: string) => void;
}

/** What a scenario found. `measured` is its own; it goes into the result file as it is. */
export interface Outcome {
  /** The answer, one line each. */
  readonly lines: readonly string[];
  readonly measured: Readonly<Record<string, unknown>>;
  /** Numbers that were measured round by round; `targets.ts` names those that something is wanted of. */
  readonly figures?: Readonly<Record<string, Figure>>;
  /** What a reader must know to read the figures right: a peer that was left out, a count that was smaller. */
  readonly notes?: readonly string[];
  /** Why the pass rule is broken; none when it passed. */
  readonly reasons: readonly string[];
}

export type Scenario = (deps: ScenarioDeps) => Promise<Outcome>;
