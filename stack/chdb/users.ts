import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { refuse } from './errors.ts';
import type { Statement } from './statement.ts';

/** Somebody who may ask. A writer may do everything; an analyst reads the database `analytics`, under caps. */
export interface User {
  name: string;
  password: string;
  role: Role;
}

export type Role = 'writer' | 'analyst';

/** The database that analysts see, and nothing else. */
export const ANALYTICS_DATABASE = 'analytics';

/**
 * Finds the user by Basic authentication, by the X-ClickHouse-User and -Key headers, or by `user` and `password` in the
 * URL, as ClickHouse does. Throws 516, with the same text for an unknown name and a wrong password.
 */
export function authenticate(users: readonly User[], request: IncomingMessage, query: URLSearchParams): User {
  const { name, password } = readCredentials(request, query);
  const user = users.find((candidate) => candidate.name === name);
  if (!isSame(user?.password ?? '', password) || !user) {
    throw refuse(
      'AUTHENTICATION_FAILED',
      `${name}: Authentication failed: password is incorrect, or there is no user with such name`,
    );
  }
  return user;
}

function readCredentials(request: IncomingMessage, query: URLSearchParams): { name: string; password: string } {
  const headerName = request.headers['x-clickhouse-user'];
  if (headerName !== undefined) {
    return { name: String(headerName), password: String(request.headers['x-clickhouse-key'] ?? '') };
  }
  const basic = /^Basic\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [name = '', ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    return { name, password: rest.join(':') };
  }
  return { name: query.get('user') ?? 'default', password: query.get('password') ?? '' };
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

const READ_ONLY_KINDS = new Set(['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'EXISTS', '(']);
/**
 * `file` as a function reads the server's files without asking for a grant; `merge` and system.processes show others.
 */
const FUNCTIONS_NOT_FOR_ANALYSTS = new Set(['file', 'merge']);
const NAMES_NOT_FOR_ANALYSTS = new Set(['processes', 'processlist']);

/**
 * What the engine's own rights cannot refuse. Tables, table functions and changes are refused by the role that the
 * session takes (see `access-config.ts`); here stand the statements that would step out of that role or past it.
 */
export function authorize(user: User, statement: Statement): void {
  if (statement.words.some((word) => word.text === 'into' && word.next.toUpperCase() === 'OUTFILE')) {
    throw refuse('INTO_OUTFILE_NOT_ALLOWED', 'INTO OUTFILE is not allowed');
  }
  if (user.role === 'writer') return;
  if (statement.kind === 'KILL') throw denied(user, 'KILL QUERY');
  if (!READ_ONLY_KINDS.has(statement.kind)) {
    throw refuse('READONLY', `${user.name}: Cannot execute query in readonly mode`);
  }
  for (const { text, next } of statement.words) {
    if (FUNCTIONS_NOT_FOR_ANALYSTS.has(text) && next === '(') throw denied(user, `the function ${text}`);
    if (NAMES_NOT_FOR_ANALYSTS.has(text)) throw denied(user, text);
  }
}

/** The database a request runs in. Throws 497 when an analyst names another one than theirs. */
export function databaseFor(user: User, wanted: string | null): string {
  if (user.role === 'writer') return wanted || 'default';
  if (wanted && wanted !== ANALYTICS_DATABASE && wanted !== 'default') throw denied(user, `the database ${wanted}`);
  return ANALYTICS_DATABASE;
}

function denied(user: User, what: string): Error {
  return refuse('ACCESS_DENIED', `${user.name}: Not enough privileges to use ${what}`);
}
