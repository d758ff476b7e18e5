import type { Caller, RaceOfficial } from './caller.ts';
import type { ProblemName } from './problem.ts';

/**
 * Who may do what: the one place that says so. Each route has a line, by the `operationId` of its schema; a route
 * without one stops the start. What a line lets nobody do, nobody does: a caller is judged before the handler runs.
 *
 * `everybody`      no token is asked for
 * `operators`      who runs the platform
 * `deviceItself`   the device whose samples they are, and operators
 * `athletesOwn`    devices and the account of the athlete who is asked about, and operators
 * `raceOfficials`  operators, and organisers by token or role: of a race that there is, its own ({@link mayRunRace})
 * `raceReaders`    those, and the feeds of timing systems
 * `people`         who has logged in, about themselves: no such route takes anybody else's id
 * `administrators` accounts with that role, and operators
 */
export const AUDIENCES = [
  'everybody',
  'operators',
  'deviceItself',
  'athletesOwn',
  'raceOfficials',
  'raceReaders',
  'people',
  'administrators',
] as const;
export type Audience = (typeof AUDIENCES)[number];

export const POLICY: Readonly<Record<string, Audience>> = {
  isLive: 'everybody',
  isReady: 'everybody',
  readMetrics: 'everybody',
  readDocument: 'everybody',

  readLedger: 'operators',
  readOperations: 'operators',
  readCaughtMail: 'operators',
  listDeletions: 'operators',

  readSamples: 'deviceItself',
  listActivities: 'athletesOwn',
  readActivity: 'athletesOwn',
  readLaps: 'athletesOwn',
  readSources: 'athletesOwn',
  readStreams: 'athletesOwn',
  exportActivity: 'athletesOwn',
  readRecords: 'athletesOwn',
  readGear: 'athletesOwn',
  compareProgress: 'athletesOwn',
  readWeeks: 'athletesOwn',
  readForm: 'athletesOwn',
  readStreaks: 'athletesOwn',
  readYears: 'athletesOwn',
  readRecordProgress: 'athletesOwn',

  listRaces: 'everybody',
  readRace: 'everybody',
  listStarters: 'everybody',
  readBoard: 'everybody',
  readGaps: 'everybody',
  readRaceAthlete: 'everybody',
  readResults: 'everybody',
  listOwnRaces: 'raceOfficials',
  createRace: 'raceOfficials',
  readSetup: 'raceOfficials',
  listOwnStarters: 'raceOfficials',
  changeRace: 'raceOfficials',
  putCourse: 'raceOfficials',
  putStarters: 'raceOfficials',
  previewChange: 'raceOfficials',
  storeReads: 'raceReaders',
  actOnRace: 'raceOfficials',
  readAudit: 'raceOfficials',
  readReviews: 'raceOfficials',

  register: 'everybody',
  verifyAccount: 'everybody',
  askPasswordReset: 'everybody',
  resetPassword: 'everybody',
  confirmEmail: 'everybody',
  logIn: 'everybody',
  refreshSession: 'everybody',
  completeLogIn: 'everybody',
  readAccount: 'people',
  readSecondFactor: 'people',
  enrolSecondFactor: 'people',
  confirmSecondFactor: 'people',
  renewRecoveryCodes: 'people',
  removeSecondFactor: 'people',
  listWorkouts: 'people',
  sumWorkouts: 'people',
  createWorkout: 'people',
  readWorkout: 'people',
  changeWorkout: 'people',
  removeWorkout: 'people',
  listWorkoutChanges: 'people',
  previewSharedWorkout: 'people',
  joinWorkouts: 'people',
  splitWorkout: 'people',
  listWorkoutEdits: 'people',
  undoWorkoutEdit: 'people',
  readSharedWorkout: 'everybody',
  readSharedStreams: 'everybody',
  exportSharedWorkout: 'everybody',
  addPhoto: 'people',
  listPhotos: 'people',
  readPhoto: 'people',
  readThumbnail: 'people',
  changePhoto: 'people',
  removePhoto: 'people',
  listSharedPhotos: 'everybody',
  readSharedPhoto: 'everybody',
  readSharedThumbnail: 'everybody',
  createImport: 'people',
  listImports: 'people',
  readImport: 'people',
  pushHealthKit: 'people',
  pushHealthConnect: 'people',
  readHealthDay: 'people',
  changePassword: 'people',
  askEmailChange: 'people',
  readOwnAudit: 'people',
  deleteAccount: 'people',
  askOwnExport: 'people',
  listOwnExports: 'people',
  readOwnExport: 'people',
  downloadOwnExport: 'people',
  listSessions: 'people',
  logOut: 'people',
  logOutEverywhere: 'people',
  endSession: 'people',
  readProfile: 'people',
  putProfile: 'people',
  readProfileValues: 'people',
  readSuggestions: 'people',
  acceptSuggestion: 'people',
  leaveSuggestion: 'people',
  listGoals: 'people',
  createGoal: 'people',
  changeGoal: 'people',
  removeGoal: 'people',
  listNotifications: 'people',
  markNotificationsRead: 'people',
  readNotificationPreferences: 'people',
  changeNotificationPreferences: 'people',
  readPushKey: 'people',
  listPushSubscriptions: 'people',
  addPushSubscription: 'people',
  deletePushSubscription: 'people',
  listWebhooks: 'people',
  addWebhook: 'people',
  changeWebhook: 'people',
  deleteWebhook: 'people',
  readWebhookSecret: 'people',
  listWebhookDeliveries: 'people',
  testWebhook: 'people',

  readConsents: 'people',
  putConsents: 'people',
  askPairingCode: 'people',
  pairDevice: 'everybody',
  rotateCredential: 'deviceItself',
  listDevices: 'people',
  readFirmwares: 'people',
  renameDevice: 'people',
  endDevice: 'people',
  readFunnel: 'administrators',
  readRetention: 'administrators',
  readActiveDays: 'administrators',
  findAccount: 'administrators',
  setRoles: 'administrators',
  takeSecondFactorAway: 'administrators',
  readAuditLog: 'administrators',
};

/** What a request is about, as far as its address says. */
export interface About {
  readonly device?: string | undefined;
  readonly athlete?: string | undefined;
}

export interface Refusal {
  readonly problem: ProblemName;
  readonly detail?: string;
}

/** Why a caller may not, or null. */
export function judge(audience: Audience, caller: Caller, { device, athlete }: About): Refusal | null {
  if (audience === 'everybody') return null;
  if (audience === 'people') return caller.kind === 'account' ? null : { problem: 'account_only' };
  if (caller.kind === 'operator') return null;
  switch (audience) {
    case 'operators':
      return { problem: 'operator_only' };
    case 'deviceItself':
      if (caller.kind !== 'device') return { problem: 'wrong_device', detail: 'the token is no device’s' };
      if (caller.device === device) return null;
      return { problem: 'wrong_device', detail: `the token is ${caller.device}'s` };
    case 'athletesOwn':
      if (caller.kind !== 'device' && caller.kind !== 'account') {
        return { problem: 'wrong_athlete', detail: 'the token is no athlete’s' };
      }
      if (athlete === undefined || athlete === caller.athlete) return null;
      return { problem: 'wrong_athlete', detail: `the token is ${caller.athlete}'s` };
    case 'administrators':
      if (caller.kind !== 'account' || !caller.roles.includes('administrator'))
        return { problem: 'administrator_only' };
      return hasToConfirm(caller, 'administrator') ? { problem: 'second_factor_needed' } : null;
    case 'raceOfficials':
      if (hasToConfirm(caller, 'organiser')) return { problem: 'second_factor_needed' };
      return asOfficial(caller) === null || caller.kind === 'feed' ? { problem: 'organiser_only' } : null;
    case 'raceReaders':
      if (hasToConfirm(caller, 'organiser')) return { problem: 'second_factor_needed' };
      return asOfficial(caller) === null ? { problem: 'organiser_only' } : null;
  }
}

/** Whether a role of theirs waits for a second factor. */
function hasToConfirm(caller: Caller, role: string): boolean {
  return caller.kind === 'account' && caller.rolesToConfirm.includes(role);
}

/** As whom a caller acts on races; null for one who does not. */
export function asOfficial(caller: Caller): RaceOfficial | null {
  if (caller.kind === 'device') return null;
  if (caller.kind !== 'account') return caller;
  if (caller.organiser === null || !caller.roles.includes('organiser') || hasToConfirm(caller, 'organiser'))
    return null;
  return { kind: 'organiser', organiser: caller.organiser };
}

/** Races are their organiser's; operators help everybody. */
export function mayRunRace(official: RaceOfficial, organiser: string): boolean {
  return official.kind === 'operator' || official.organiser === organiser;
}

/** What workouts and profiles call their widest audience. Of the others, friends and followers, there is nobody yet. */
const SHOWN_TO_ALL: readonly string[] = ['everybody', 'everyone'];

/** Something is shown to others where everything that is said of it says so: of two statements the closer one holds. */
export function isForEverybody(...stated: readonly [string, ...string[]]): boolean {
  return stated.every((audience) => SHOWN_TO_ALL.includes(audience));
}
