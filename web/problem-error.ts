export interface ParameterProblem {
  readonly parameter: string;
  readonly message: string;
  /** The rule by its name, and what it allows in the unit of the API: for words of our own. */
  readonly rule?: string;
  readonly limit?: number;
}

/** The API said why not: RFC 9457 problem details, `name` the last word of its type. */
export class ProblemError extends Error {
  override name = 'ProblemError';
  readonly problem: string;
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly ParameterProblem[];

  constructor(status: number, body: { type?: string; title?: string; detail?: string; errors?: ParameterProblem[] }) {
    super(body.title ?? `The server answered ${status}.`);
    this.status = status;
    this.problem = body.type?.split(':').at(-1) ?? '';
    this.detail = body.detail ?? '';
    this.errors = body.errors ?? [];
  }
}

/** Of an answer that is none of those that were hoped for. */
export async function problemOf(answer: Response): Promise<ProblemError> {
  return new ProblemError(answer.status, await answer.json().catch(() => ({})));
}
