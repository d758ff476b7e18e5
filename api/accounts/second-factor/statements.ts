import { Type } from 'typebox';
import { ROLES } from '../people.ts';
import { KnownPassword } from '../statements.ts';

const closed = { additionalProperties: false };

/** Of an app or for recovery; what is neither is answered like a wrong one. */
const Code = Type.String({
  minLength: 6,
  maxLength: 40,
  description: 'Six digits of the app, or a recovery code; spaces and dashes make no difference.',
});
const AppCode = Type.String({ pattern: '^\\s*(\\d\\s*){6}$', maxLength: 20, description: 'Six digits of the app.' });

export const Enrolment = Type.Object({ password: KnownPassword }, closed);
export const Confirmation = Type.Object({ code: AppCode }, closed);
export const PasswordAndCode = Type.Object({ password: KnownPassword, code: Code }, closed);
export const Completion = Type.Object(
  {
    challenge: Type.String({ pattern: '^slc_[A-Za-z0-9_-]{43}$', description: 'From the first step.' }),
    code: Code,
  },
  closed,
);

export const SecondFactor = Type.Object(
  {
    state: Type.Enum(['off', 'waiting', 'on'], {
      type: 'string',
      description: '`waiting`: a secret was given out, and no code has confirmed it yet; nothing asks for one.',
    }),
    isOffered: Type.Boolean({ description: 'False where this deployment has no key to keep secrets with.' }),
    enabledMs: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'Since when it is asked for.' }),
    recoveryCodesLeft: Type.Integer(),
    neededFor: Type.Array(Type.String({ enum: [...ROLES] }), {
      description: 'Roles of this account that open nothing until a second factor is on.',
    }),
  },
  closed,
);
export const Enrolled = Type.Object(
  {
    secret: Type.String({ description: 'Base32, for an app that it is typed into. It is never shown again.' }),
    uri: Type.String({ description: '`otpauth://totp/…`, for a QR code.' }),
  },
  closed,
);
export const RecoveryCodes = Type.Object(
  {
    recoveryCodes: Type.Array(Type.String(), {
      description: 'Each is good for one log-in without the app. They are never shown again.',
    }),
  },
  closed,
);
/** What a log-in with the right password is answered with where it is not enough. */
export const AskedForSecondFactor = Type.Object(
  {
    next: Type.Enum(['second_factor'], { type: 'string', description: 'A code is asked for.' }),
    challenge: Type.String({ description: 'Shown with the code, within its time; it opens one session.' }),
    expiresMs: Type.Integer(),
  },
  closed,
);
