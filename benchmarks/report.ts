import type { KeptResult } from './kept-results.ts';
import { TARGETS, type Target, verdictOf } from './targets.ts';
import { count } from './words.ts';

type Rows = readonly (readonly (string | number)[])[];
/** What the page is made with: a table from its header and rows. */
export type MakeTable = (header: readonly string[], rows: Rows) => string;
type ReadKept = (scenario: string) => KeptResult | undefined;

const WORDS = { goal: 'goal', floor: 'floor', neither: '**neither**' } as const;

/** Every question with what is wanted and what was measured, whatever came out. */
export function targetTable(readKept: ReadKept, table: MakeTable): string {
  const header = ['question', 'goal', 'floor', 'measured', 'least – greatest', 'reaches'];
  return table(
    header,
    TARGETS.map((target) => targetRow(target, readKept(target.scenario))),
  );
}

function targetRow(target: Target, kept: KeptResult | undefined): string[] {
  const { question, better, goal, floor, unit, figure } = target;
  const sign = better === 'more' ? '≥' : '≤';
  const wanted = [question, `${sign} ${count(goal)} ${unit}`, `${sign} ${count(floor)}`];
  const measured = kept?.figures[figure];
  if (kept === undefined || measured === undefined) return [...wanted, 'not measured', '', ''];
  const { value, min, max } = measured;
  // A run whose counts were wrong answers nothing, however fast it was.
  const reached = kept.pass ? WORDS[verdictOf(target, measured)] : '**not valid**';
  return [...wanted, count(value), `${count(min)} – ${count(max)}`, reached];
}

/** Each scenario's run: where and when, whether its counts were right, and all of its figures. */
export function scenarioSections(scenarios: readonly string[], readKept: ReadKept, table: MakeTable): string {
  const sections = scenarios.map((scenario) => {
    const kept = readKept(scenario);
    return kept === undefined ? `## ${scenario}\n\nNot measured yet.` : section(kept, table);
  });
  return sections.join('\n\n');
}

function section(kept: KeptResult, table: MakeTable): string {
  const { scenario, startedAt, commit, hasLocalChanges, machine, versions, options, pass, reasons, notes } = kept;
  const peers = Object.entries((kept.measured.peers as Record<string, string>) ?? {});
  const used = [...Object.entries(versions), ...peers].map(([name, version]) => `${name} ${version}`).join(', ');
  const facts = [
    `Measured ${startedAt.slice(0, 16).replace('T', ' ')} UTC at \`${commit.slice(0, 12)}\`` +
      `${hasLocalChanges ? ' with local changes' : ''}, ${options.rounds} rounds of ${options.roundS} s after ` +
      `${options.warmUpS} s of warming up. ${machine.cpu}, ${machine.cores} cores, ${count(machine.memoryMib)} MiB, ` +
      `${machine.system}; ${used}.`,
    ...notes.map((note) => `Note: ${note}.`),
    `Others on the machine used up to ${mostOtherCores(kept)} cores meanwhile.`,
    pass ? 'All counts were right.' : `**Not valid:** ${reasons.join('; ')}.`,
  ];
  const rows = Object.entries(kept.figures).map(([name, { value, min, max, rounds }]) => [
    `\`${name}\``,
    count(value),
    count(min),
    count(max),
    rounds.length,
  ]);
  return [
    `## ${scenario}`,
    facts.map((fact) => `- ${fact}`).join('\n'),
    table(['figure', 'median', 'least', 'greatest', 'rounds'], rows),
    `[The result file](../benchmarks/results/kept/${scenario}.json)`,
  ].join('\n\n');
}

/** The most of `otherCores` in any turn; a question mark for scenarios that do not count it. */
export function mostOtherCores({ measured }: KeptResult): string {
  const found: number[] = [];
  JSON.stringify(measured, (key, value) => {
    if (key === 'otherCores') found.push(value);
    return value;
  });
  return found.length === 0 ? '?' : count(Number(Math.max(...found).toFixed(2)));
}
