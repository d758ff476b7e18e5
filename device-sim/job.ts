import type { Progress } from './progress.ts';
import type { Row } from './report.ts';

/** One job of the command line: what it does, how far it is, and its summary at the end. */
export interface Job {
  run(): Promise<{ rows: Row[]; failure: string | null; troubles: readonly string[] }>;
  progress(): Progress;
  /** Nothing new; `run` ends when what is in flight is answered. */
  drain(): void;
}
