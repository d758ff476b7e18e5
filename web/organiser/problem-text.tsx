import { ProblemError } from '../problem-error.ts';
import { tell, tellKnown } from './tell.ts';

/** What went wrong, in words: ours where there are some, and what the API adds. */
export function problemText(error: unknown): string {
  if (!(error instanceof ProblemError)) return tell('unreachable');
  const known = tellKnown('problem', error.problem);
  const title = known === error.problem.replaceAll('_', ' ') ? error.message : known;
  const added = error.errors.map(({ parameter, message }) => `${parameter}: ${message}`).join('; ') || error.detail;
  return added === '' ? title : `${title} (${added})`;
}

/** Read out when it appears. */
export function Trouble({ error }: { error: unknown }) {
  return (
    <p role="alert" class="wrong">
      {error === null ? '' : problemText(error)}
    </p>
  );
}
