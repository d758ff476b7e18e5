import { read, send } from './account-api.ts';

/** What the API answers about the second factor. */
export interface SecondFactor {
  readonly state: 'off' | 'waiting' | 'on';
  readonly isOffered: boolean;
  readonly enabledMs: number | null;
  readonly recoveryCodesLeft: number;
  readonly neededFor: readonly string[];
}

export interface Enrolled {
  readonly secret: string;
  readonly uri: string;
}

const PATH = '/account/second-factor';

async function codesOf(part: string, body: object): Promise<readonly string[]> {
  const answer = (await (await send('POST', `${PATH}${part}`, body)).json()) as { recoveryCodes: string[] };
  return answer.recoveryCodes;
}

export const readSecondFactor = () => read<SecondFactor>(PATH);
export const enrol = async (password: string) => (await (await send('POST', PATH, { password })).json()) as Enrolled;
/** Each of both gives recovery codes, which are not shown again. */
export const confirm = (code: string) => codesOf('/confirmations', { code });
export const renewRecoveryCodes = (password: string, code: string) => codesOf('/recovery-codes', { password, code });
export const remove = (password: string, code: string) => send('POST', `${PATH}/removal`, { password, code });
