import { Type } from 'typebox';
import type { FieldRule } from '../schemas/field-rules.ts';

/**
 * Every way a request can end other than well, as RFC 9457 problem details. `type` is `urn:slipstream:problem:` and the
 * name; what a token can be refused for has the same names as at ingest (schemas/reasons.ts).
 */
export const PROBLEMS = {
  missing_token: { status: 401, title: 'A bearer token is needed.' },
  bad_token: { status: 401, title: 'The token is not one of ours.' },
  expired_token: { status: 401, title: 'The token has expired.' },
  revoked_token: { status: 401, title: 'The token was revoked.' },
  wrong_credentials: { status: 401, title: 'The address or the password is wrong, or the address is not confirmed.' },
  wrong_code: { status: 401, title: 'The code is wrong, was used already, or is too old.' },
  bad_challenge: { status: 401, title: 'The log-in that this code is for is over: begin again with the password.' },
  bad_refresh_token: { status: 401, title: 'The refresh token is none of ours, or it is good no longer.' },
  cross_site: { status: 403, title: 'A request with cookies has to come from our own page.' },
  account_only: { status: 403, title: "Only a person's account may do this." },
  administrator_only: { status: 403, title: 'Only an administrator may do this.' },
  second_factor_needed: { status: 403, title: 'This role opens nothing until its owner has a second factor.' },
  consent_needed: { status: 403, title: 'The person has not agreed that data about their health are kept.' },
  wrong_device: { status: 403, title: 'The token belongs to another device.' },
  wrong_athlete: { status: 403, title: 'The token belongs to another athlete.' },
  operator_only: { status: 403, title: 'Only an operator may read this.' },
  organiser_only: { status: 403, title: 'Only an organiser of races may do this.' },
  wrong_organiser: { status: 403, title: 'The race belongs to another organiser.' },
  no_route: { status: 404, title: 'Nothing is served under this address.' },
  unknown_device: { status: 404, title: 'No store has a sample of this device.' },
  unknown_activity: { status: 404, title: 'The athlete has no such activity.' },
  unknown_workout: { status: 404, title: 'The account has no such workout.' },
  unknown_import: { status: 404, title: 'The account has no such import.' },
  unknown_photo: { status: 404, title: 'The workout has no such photo.' },
  unknown_export: { status: 404, title: 'The account has no such export, or not any more.' },
  unknown_race: { status: 404, title: 'There is no such race.' },
  unknown_starter: { status: 404, title: 'Nobody with this bib is on the board.' },
  unknown_act: { status: 404, title: 'The race has no act with this number.' },
  no_rank: { status: 404, title: 'The athlete has no rank in this race.' },
  unknown_account: { status: 404, title: 'There is no such account.' },
  unknown_suggestion: { status: 404, title: 'This is not suggested, or not any more.' },
  unknown_own_device: { status: 404, title: 'No such device is paired.' },
  unknown_session: { status: 404, title: 'The account has no such session.' },
  unknown_subscription: { status: 404, title: 'The account has no such browser.' },
  unknown_webhook: { status: 404, title: 'The account has no such webhook.' },
  too_many_webhooks: { status: 409, title: 'The account has as many webhooks as it may have.' },
  unknown_edit: { status: 404, title: 'There is no such edit, or it was undone.' },
  too_many_edits: { status: 409, title: 'The account has as many edits of this kind as it may have.' },
  too_many_photos: { status: 409, title: 'The workout, or its owner, has as many photos as may be.' },
  unknown_goal: { status: 404, title: 'The account has no such goal.' },
  too_many_goals: { status: 409, title: 'The account has as many goals as it may have.' },
  too_many_devices: { status: 409, title: 'The account has as many devices as it may have.' },
  second_factor_on: { status: 409, title: 'The account has a second factor already.' },
  no_second_factor: { status: 409, title: 'The account has no second factor, or has not asked for one.' },
  own_second_factor: { status: 409, title: 'One’s own second factor is switched off with a code, like everybody’s.' },
  export_under_way: { status: 409, title: 'An export of this account is being written already.' },
  export_not_ready: { status: 409, title: 'The export is not written yet, or could not be.' },
  too_many_exports: { status: 409, title: 'As many exports of this account are kept as may be.' },
  email_taken: { status: 409, title: 'The e-mail address belongs to another account meanwhile.' },
  race_exists: { status: 409, title: 'There is a race with this id already.' },
  race_draft: { status: 409, title: 'The race is a draft: nothing happens in it yet.' },
  act_undone: { status: 409, title: 'The act was undone already.' },
  race_closed: { status: 409, title: 'The race is frozen: only acts change it.' },
  race_changed: { status: 412, title: 'The race is no longer the version that the request was made for.' },
  changed_meanwhile: { status: 412, title: 'It is no longer the version that the request was made for.' },
  bad_mail_token: { status: 422, title: 'The code of the letter is none of ours, was used, or is too old.' },
  bad_pairing_code: { status: 422, title: 'The code is none of ours, was used, or is too old.' },
  key_reused: { status: 422, title: 'The idempotency key belongs to another request.' },
  if_match_needed: { status: 428, title: 'The request has to say which version it changes: If-Match.' },
  too_many_requests: { status: 429, title: 'This address has asked too often.' },
  too_many_attempts: {
    status: 429,
    title: 'Too many wrong guesses: nothing is taken for a while.',
  },
  version_needed: { status: 428, title: 'The request has to say which version of the race it changes: If-Match.' },
  imports_waiting: { status: 409, title: 'As many imports of this account as may wait are waiting.' },
  upload_too_large: { status: 413, title: 'The upload, or what it unpacks to, is larger than allowed.' },
  unsupported_image: { status: 415, title: 'It is no image of a kind that is taken here.' },
  refused_upload: { status: 422, title: 'Nothing of the upload can be taken.' },
  invalid_request: { status: 422, title: 'The request cannot be answered as it is.' },
  nothing_to_export: { status: 422, title: 'The format can say nothing of this activity.' },
  too_large_to_export: { status: 422, title: 'The activity has more samples than one file may hold.' },
  bad_request: { status: 400, title: 'The request is not one that this server reads.' },
  internal_error: { status: 500, title: 'The server made a mistake.' },
  busy: { status: 503, title: 'As much of this work as may be done at once is being done.' },
  store_unavailable: { status: 503, title: 'A store that holds part of the answer is out of reach.' },
  imports_off: { status: 503, title: 'This deployment imports no files.' },
  live_unavailable: { status: 503, title: 'Whoever knows what goes on right now gives no answer.' },
  acts_busy: { status: 503, title: 'Others act on the race, or it has as many acts as are kept.' },
  previews_busy: { status: 503, title: 'As many previews as may be made at once are being made.' },
  exports_busy: { status: 503, title: 'As many files as may be written at once are being written.' },
  board_unavailable: { status: 503, title: 'Nobody knows the board of this race now.' },
  second_factor_off: { status: 503, title: 'No second factor is kept here: the API has no key for its secrets.' },
  pairing_off: { status: 503, title: 'No device is paired here: the API has no key to sign with.' },
  revocations_unknown: { status: 503, title: 'The list of revoked tokens is out of reach.' },
} as const;

export type ProblemName = keyof typeof PROBLEMS;

/** What was wrong with one parameter. */
export interface ParameterError {
  readonly parameter: string;
  readonly message: string;
  /** The rule by its name, for pages that say it in their own words. */
  readonly rule?: FieldRule;
  readonly limit?: number;
}

interface Extra {
  readonly detail?: string;
  /** The store that did not answer. */
  readonly store?: string;
  readonly errors?: readonly ParameterError[];
}

/** Thrown by a handler, answered as problem details. */
export class Problem extends Error {
  override name = 'Problem';
  readonly problem: ProblemName;
  readonly extra: Extra;
  /** When it is worth asking again, for the header Retry-After. */
  readonly retryAfterS: number | undefined;

  constructor(problem: ProblemName, extra: Extra = {}, options: ErrorOptions & { retryAfterS?: number } = {}) {
    super(extra.detail ?? PROBLEMS[problem].title, options);
    this.problem = problem;
    this.extra = extra;
    this.retryAfterS = options.retryAfterS;
  }

  get status(): number {
    return PROBLEMS[this.problem].status;
  }

  /** The body, media type `application/problem+json`. `instance` is the request's id, as in the log. */
  body(requestId: string) {
    const { status, title } = PROBLEMS[this.problem];
    return {
      type: `urn:slipstream:problem:${this.problem}`,
      title,
      status,
      ...this.extra,
      instance: `urn:slipstream:request:${requestId}`,
    };
  }
}

/** For a single wrong parameter. */
export function invalidParameter(parameter: string, message: string, rule?: FieldRule, limit?: number): Problem {
  const error = { parameter, message, ...(rule !== undefined && { rule }), ...(limit !== undefined && { limit }) };
  return new Problem('invalid_request', { detail: `${parameter}: ${message}`, errors: [error] });
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:slipstream:problem: and the name of the problem' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String({ description: 'What was wrong with this request' })),
    store: Type.Optional(Type.String({ description: 'The store that did not answer' })),
    errors: Type.Optional(
      Type.Array(
        Type.Object(
          {
            parameter: Type.String(),
            message: Type.String(),
            rule: Type.Optional(Type.String({ description: 'The rule by its name, where it has one' })),
            limit: Type.Optional(Type.Number({ description: 'What the rule allows, in the unit of the field' })),
          },
          { additionalProperties: false },
        ),
      ),
    ),
    instance: Type.String({ description: 'urn:slipstream:request: and the id of the request, as in the log' }),
  },
  { additionalProperties: false },
);

/** The documented problem responses of a route, by status. */
export function problemResponses(...names: readonly ProblemName[]) {
  const responses: Record<number, { description: string; content: Record<string, { schema: typeof ProblemSchema }> }> =
    {};
  for (const name of names) {
    const { status, title } = PROBLEMS[name];
    const line = `\`${name}\`: ${title}`;
    const before = responses[status];
    if (before) before.description += `\n\n${line}`;
    else responses[status] = { description: line, content: { [PROBLEM_MEDIA_TYPE]: { schema: ProblemSchema } } };
  }
  return responses;
}
