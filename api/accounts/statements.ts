import { Type } from 'typebox';
import { FirstConsents } from '../consents/statements.ts';
import { NextCursor } from '../requests/paging.ts';
import { ACTS } from './audit.ts';
import { ROLES } from './people.ts';

const closed = { additionalProperties: false };

/** One `@`, nothing that would need quotes, and no control characters (RFC 5321 allows more than anybody has). */
export const Email = Type.String({
  maxLength: 254,
  pattern: '^[^\\s@<>"(),:;\\[\\]\\\\\\x00-\\x20\\x7f]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,187}\\.[A-Za-z0-9-]{2,63}$',
  description: 'An e-mail address; upper and lower case make no difference.',
});
/** Length alone makes a password good: no rule asks for signs (NIST SP 800-63B, 5.1.1.2). */
export const NewPassword = Type.String({ minLength: 12, maxLength: 128, description: 'At least 12 characters.' });
export const KnownPassword = Type.String({ minLength: 1, maxLength: 128 });
export const MailCode = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'From the letter.' });
export const Uuid = { pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' };

export const Registration = Type.Object(
  { email: Email, password: NewPassword, consents: Type.Optional(FirstConsents) },
  closed,
);
export const Verification = Type.Object({ token: MailCode, password: KnownPassword }, closed);
export const ResetAsk = Type.Object({ email: Email }, closed);
export const Reset = Type.Object({ token: MailCode, password: NewPassword }, closed);
export const PasswordChange = Type.Object({ current: KnownPassword, password: NewPassword }, closed);
export const EmailChange = Type.Object({ password: KnownPassword, email: Email }, closed);
export const EmailConfirmation = Type.Object({ token: MailCode }, closed);

export const LogIn = Type.Object(
  {
    email: Email,
    password: KnownPassword,
    as: Type.Enum(['cookie', 'token'], {
      type: 'string',
      description: '`cookie` for a page of this host: no script ever sees a token. `token` for any other program.',
    }),
  },
  closed,
);
export const Refresh = Type.Object(
  {
    refreshToken: Type.Optional(
      Type.String({ maxLength: 128, description: 'Left out by a browser: it has a cookie.' }),
    ),
  },
  closed,
);

const nullableString = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description });

export const NextStep = Type.Object(
  { next: Type.Enum(['check_mail'], { type: 'string', description: 'A letter says how it goes on.' }) },
  closed,
);
export const OpenedSession = Type.Object(
  {
    session: Type.String(),
    accessToken: nullableString('Shown with every request, `Authorization: Bearer …`; null where it is a cookie.'),
    accessExpiresMs: Type.Integer(),
    refreshToken: nullableString('Gives the next pair, once; null where it is a cookie.'),
    expiresMs: Type.Integer({ description: 'No refresh makes the session longer than this.' }),
  },
  closed,
);
export const SessionList = Type.Object(
  {
    sessions: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          isCurrent: Type.Boolean({ description: 'The one that asks.' }),
          createdMs: Type.Integer(),
          seenMs: Type.Integer({ description: 'When it was last refreshed.' }),
          expiresMs: Type.Integer(),
          agent: Type.String({ description: 'What the program called itself when logging in.' }),
          address: Type.String({ description: 'From where it was last refreshed.' }),
        },
        closed,
      ),
    ),
    next: NextCursor,
  },
  closed,
);
export const Account = Type.Object(
  {
    id: Type.String(),
    athlete: Type.String({ description: 'Whose activities, samples and settings are theirs.' }),
    email: Type.String(),
    isVerified: Type.Boolean(),
    hasSecondFactor: Type.Boolean({ description: 'Whether logging in asks for a code besides the password.' }),
    roles: Type.Array(Type.String({ enum: [...ROLES] })),
    organiser: nullableString('Whose races they set up, with the role of an organiser.'),
    version: Type.Integer(),
    createdMs: Type.Integer(),
  },
  closed,
);
export const RoleChange = Type.Object(
  {
    roles: Type.Array(Type.Enum([...ROLES], { type: 'string' }), { maxItems: ROLES.length, uniqueItems: true }),
    organiser: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9_-]{1,128}$', description: 'Needed with the role `organiser`.' }),
    ),
  },
  closed,
);
export const AuditLog = Type.Object(
  {
    entries: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          atMs: Type.Integer(),
          actor: Type.String({ description: '`account:…`, `operator:…`, or `stranger` where nobody was known yet.' }),
          account: nullableString('Whose account it was about; null where nobody has the address.'),
          act: Type.String({ enum: [...ACTS] }),
          address: Type.String(),
          detail: Type.Record(Type.String(), Type.Unknown()),
        },
        closed,
      ),
    ),
    next: NextCursor,
  },
  closed,
);
