import type { Phrase } from '../race/words-en.ts';

export const en = {
  title: 'What people do with Slipstream',
  places: 'Places',
  toApp: 'My training',
  toOperations: 'Operations',
  toLogIn: 'Log in',
  language: 'Language',
  loading: 'Loading …',
  noAnswer: 'No answer: this is what came before; it is asked again by itself.',
  refusedLogIn: 'This page is for administrators, who log in first.',
  refusedRole: 'This page is for administrators, and your account is none.',
  refusedOther: 'The server will not show it.',

  hypothesis: 'Do people log regularly?',
  hypothesisYes: 'Yes, people log regularly: {numbers}.',
  hypothesisNo: 'No, most people do not log regularly: {numbers}.',
  hypothesisOpen: 'It cannot be told yet whether more than {half} log regularly: {numbers}.',
  hypothesisNumbers:
    '{people} of {of} ({share}; 95% certain: {low} to {high}) did so in 3 of the 4 weeks from {from} to {until}',
  hypothesisFew: 'Too few people have been here for four weeks to tell without telling of single persons.',
  hypothesisNobody: 'Nobody has been here for four weeks yet, so nothing can be told.',
  privacyRule: 'Only people who agreed are counted. Fewer than {n} people, or all but so few, are withheld.',

  funnel: 'From signing up to logging regularly',
  funnelHow: 'People who signed up since {from}. Regular is who logged in three of four weeks in a row, at some time.',
  step: 'Step',
  step_signedUp: 'Signed up',
  step_verified: 'Confirmed the address',
  step_firstWorkout: 'Logged a first workout',
  step_regular: 'Logged regularly',
  people: 'People',
  shareOfFirst: 'Of all who signed up',
  withheld: 'withheld',
  withheldShort: '·',

  active: 'Active people',
  active_daily: 'On the day',
  active_weekly: 'In 7 days',
  active_monthly: 'In 30 days',
  stickiness: 'Of 30 days, on the day',
  activeHow: 'Different people on {day} and in the days up to it; and of those of 30 days, who came on the day.',
  activeChart: 'Over {n} days: people in 30 days from {low} to {high}, {now} on the last day.',
  day: 'Day',

  retention: 'Who stays',
  retentionHow: 'Of who signed up in a week: the share there in that week (0) and those after. A dot is withheld.',
  retentionOf: 'What counts',
  retention_logging: 'logged a workout',
  retention_active: 'was here, or logged',
  weekOf: 'Signed up in the week of',
  weekAfter: 'Week {n}',

  asTable: 'As a table',
  csv: 'Save as CSV',
  csvOf: 'Save as CSV: {label}',
} satisfies Record<string, Phrase>;

export type ProductPhrase = keyof typeof en;
export type ProductDictionary = Readonly<Record<ProductPhrase, Phrase>>;
