import type { Phrase } from '../../race/words-en.ts';

export const problems = {
  problem_wrong_credentials: 'The address or the password is wrong, or the address is not confirmed yet.',
  problem_consent_needed: 'Your consent is needed first: in the settings, at “What you agree to”.',
  problem_bad_mail_token: 'The code is none of ours, was used, or is too old. Ask for another letter.',
  problem_too_many_attempts: 'Too many wrong guesses for this address: it is locked for a while.',
  problem_too_many_requests: 'Too many requests from here; wait a minute.',
  problem_busy: 'The server is busy; try again in a moment.',
  problem_store_unavailable: 'A part of the server is out of reach; try again in a moment.',
  problem_email_taken: 'The address belongs to another account meanwhile.',
  problem_invalid_request: 'Something in the form will not do; it is said below its field.',
  problem_imports_waiting: 'As many of your imports as may wait are waiting; upload more when some of them are done.',
  problem_imports_off: 'Files cannot be imported here at the moment.',
  problem_key_reused: 'Other files were sent before under the same name; choose the files again.',
  problem_refused_upload: 'Nothing of the upload can be taken; choose other files.',
  problem_changed_meanwhile: 'It was changed elsewhere meanwhile; look at it again.',
} satisfies Record<string, Phrase>;
