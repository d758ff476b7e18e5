export interface LimitTurn {
  /** Samples, or messages where the stage knows no samples. */
  readonly sent: number;
  readonly found: number;
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly engineCpuMs: number;
}
/** One stage by itself, given what it needs ready made. */
export interface Limit {
  readonly name: string;
  /** Sends about so many samples that no one has sent before; what is made for that beforehand is not counted. */
  run(samples: number): Promise<LimitTurn>;
}
