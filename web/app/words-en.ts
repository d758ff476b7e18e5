import type { Phrase } from '../race/words-en.ts';
import { account } from './words/account-en.ts';
import { channels } from './words/channels-en.ts';
import { common } from './words/common-en.ts';
import { deletion } from './words/deletion-en.ts';
import { devices } from './words/devices-en.ts';
import { edits } from './words/edits-en.ts';
import { entry } from './words/entry-en.ts';
import { exports } from './words/exports-en.ts';
import { goals } from './words/goals-en.ts';
import { health } from './words/health-en.ts';
import { imports } from './words/imports-en.ts';
import { news } from './words/news-en.ts';
import { photos } from './words/photos-en.ts';
import { privacy } from './words/privacy-en.ts';
import { problems } from './words/problems-en.ts';
import { profile } from './words/profile-en.ts';
import { secondFactor } from './words/second-factor-en.ts';
import { sharing } from './words/sharing-en.ts';
import { workouts } from './words/workouts-en.ts';

/** By the part of the application that says them. A name stands in one part only, or the later would hide the other. */
export const PARTS = {
  common,
  entry,
  workouts,
  edits,
  photos,
  sharing,
  imports,
  goals,
  news,
  channels,
  profile,
  privacy,
  devices,
  health,
  account,
  secondFactor,
  exports,
  deletion,
  problems,
};
export const en = {
  ...common,
  ...entry,
  ...workouts,
  ...edits,
  ...photos,
  ...sharing,
  ...imports,
  ...goals,
  ...news,
  ...channels,
  ...profile,
  ...privacy,
  ...devices,
  ...health,
  ...account,
  ...secondFactor,
  ...exports,
  ...deletion,
  ...problems,
};

export type AppPhrase = keyof typeof en;
export type AppDictionary = Readonly<Record<AppPhrase, Phrase>>;
