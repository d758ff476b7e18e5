import type { Access } from '../../access.ts';
import type { ApiServer } from '../../server.ts';
import { guesses, instead, json, NOTHING, OWN_PROBLEMS, reads, SOMEBODY, whence } from '../route-parts.ts';
import type { SecondFactors } from './second-factors.ts';
import * as said from './statements.ts';

export interface SecondFactorRoutesDeps {
  readonly access: Access;
  readonly secondFactors: SecondFactors;
}

const PATH = '/v1/account/second-factor';
const GUESS_PROBLEMS = [
  ...OWN_PROBLEMS,
  ...(['bad_request', 'wrong_credentials', 'wrong_code', 'too_many_attempts', 'busy'] as const),
] as const;

/** The second factor of one's own account. Logging in with it is beside logging in. */
export function addSecondFactorRoutes(server: ApiServer, { access, secondFactors }: SecondFactorRoutesDeps): void {
  server.get(
    PATH,
    {
      ...reads,
      schema: {
        ...SOMEBODY,
        operationId: 'readSecondFactor',
        summary: 'Whether logging in asks for a second factor',
        response: { 200: json('How it is', said.SecondFactor), ...instead(...OWN_PROBLEMS) },
      },
    },
    async (request) => secondFactors.read(await access.requireAccount(request)),
  );

  server.post(
    PATH,
    {
      ...guesses,
      schema: {
        ...SOMEBODY,
        operationId: 'enrolSecondFactor',
        summary: 'Get a secret for an app that shows codes (TOTP, RFC 6238)',
        description:
          'Nothing asks for a code until one has confirmed the secret. Who asks again gets another one, in place of ' +
          'the first, so it takes no idempotency key: its answer holds a secret, which is not kept readable.',
        body: said.Enrolment,
        response: {
          201: json('The secret, shown this once', said.Enrolled),
          ...instead(
            ...([...OWN_PROBLEMS, 'bad_request', 'wrong_credentials', 'too_many_attempts', 'busy'] as const),
            ...(['second_factor_on', 'second_factor_off'] as const),
          ),
        },
      },
    },
    async (request, reply) => {
      const caller = await access.requireAccount(request);
      const enrolled = await secondFactors.enrol(caller, request.body.password, whence(request));
      reply.code(201);
      return enrolled;
    },
  );

  server.post(
    `${PATH}/confirmations`,
    {
      ...guesses,
      schema: {
        ...SOMEBODY,
        operationId: 'confirmSecondFactor',
        summary: 'Confirm the secret by a code: from now on logging in asks for one, and all other sessions end',
        body: said.Confirmation,
        response: {
          200: json('Recovery codes, shown this once', said.RecoveryCodes),
          ...instead(
            ...([...OWN_PROBLEMS, 'bad_request', 'wrong_code', 'too_many_attempts'] as const),
            ...(['second_factor_on', 'no_second_factor', 'second_factor_off'] as const),
          ),
        },
      },
    },
    async (request) => secondFactors.confirm(await access.requireAccount(request), request.body.code, whence(request)),
  );

  server.post(
    `${PATH}/recovery-codes`,
    {
      ...guesses,
      schema: {
        ...SOMEBODY,
        operationId: 'renewRecoveryCodes',
        summary: 'Get new recovery codes in place of the old ones',
        description: 'A repeat makes others, so it takes no idempotency key: its answer holds secrets.',
        body: said.PasswordAndCode,
        response: {
          200: json('Recovery codes, shown this once', said.RecoveryCodes),
          ...instead(...GUESS_PROBLEMS, 'no_second_factor', 'second_factor_off'),
        },
      },
    },
    async (request) =>
      secondFactors.renewRecoveryCodes(await access.requireAccount(request), request.body, whence(request)),
  );

  server.post(
    `${PATH}/removal`,
    {
      ...guesses,
      schema: {
        ...SOMEBODY,
        operationId: 'removeSecondFactor',
        summary: 'Switch the second factor off',
        body: said.PasswordAndCode,
        response: { ...NOTHING, ...instead(...GUESS_PROBLEMS, 'no_second_factor', 'second_factor_off') },
      },
    },
    async (request, reply) => {
      await secondFactors.remove(await access.requireAccount(request), request.body, whence(request));
      reply.code(204);
    },
  );
}
