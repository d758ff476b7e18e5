import type { Generated } from 'kysely';

/** As the migration `second-factor` makes them. */
export interface SecondFactorTables {
  second_factors: {
    account: string;
    sealed_secret: string;
    created_at: Date;
    confirmed_at: Date | null;
    last_step: string | null;
  };
  recovery_codes: { account: string; digest: string; used_at: Date | null };
  login_challenges: {
    hash: string;
    account: string;
    answer_as: 'cookie' | 'token';
    agent: string;
    tries: Generated<number>;
    expires_at: Date;
  };
}
