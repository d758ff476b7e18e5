import type { ColumnType, Generated } from 'kysely';

/** As the migrations `accounts` and `second-factor` make them. */
export interface AccountTables {
  accounts: {
    id: string;
    athlete: string;
    email: string;
    email_key: string;
    password_hash: string;
    verified_at: Date | null;
    roles: string[];
    /** Of the shields around privacy zones; migration 011. */
    privacy_key: Generated<string>;
    organiser: string | null;
    second_factor_at: Date | null;
    version: Generated<number>;
    created_at: Date;
  };
  sessions: {
    id: string;
    account: string;
    access_hash: string;
    access_expires_at: Date;
    created_at: Date;
    seen_at: Date;
    expires_at: Date;
    ended_at: Date | null;
    ended_because: string | null;
    agent: string;
    address: string;
  };
  refresh_tokens: { hash: string; session: string; used_at: Date | null };
  mail_tokens: { hash: string; account: string; kind: string; email: string; expires_at: Date };
  login_failures: { key: string; failures: number; failed_at: Date; locked_until: Date | null };
  audit_log: {
    id: Generated<string>;
    at: Date;
    actor: string;
    account: string | null;
    act: string;
    address: string;
    detail: ColumnType<unknown, string>;
  };
}
