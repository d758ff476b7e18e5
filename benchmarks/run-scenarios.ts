interface Plan<Name> {
  readonly scenarios: readonly Name[];
  /** Answers why a scenario did not pass. */
  run(scenario: Name): Promise<readonly string[]>;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs scenarios one after the other and answers every reason, with the scenario's name where they are many. Of many
 * the others may still have their answers when one fails; one alone fails with its own words.
 */
export async function runScenarios<Name extends string>({
  scenarios,
  run,
  say,
  signal,
}: Plan<Name>): Promise<string[]> {
  const areMany = scenarios.length > 1;
  const reasons: string[] = [];
  for (const scenario of scenarios) {
    if (areMany) say(`\n${scenario}`);
    const own = await run(scenario).catch((error) => {
      if (!areMany || signal.aborted) throw error;
      return [`failed: ${error instanceof Error ? error.message : error}`];
    });
    reasons.push(...own.map((reason) => (areMany ? `${scenario}: ${reason}` : reason)));
  }
  return reasons;
}
