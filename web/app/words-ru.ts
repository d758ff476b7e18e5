import { account } from './words/account-ru.ts';
import { channels } from './words/channels-ru.ts';
import { common } from './words/common-ru.ts';
import { deletion } from './words/deletion-ru.ts';
import { devices } from './words/devices-ru.ts';
import { edits } from './words/edits-ru.ts';
import { entry } from './words/entry-ru.ts';
import { exports } from './words/exports-ru.ts';
import { goals } from './words/goals-ru.ts';
import { health } from './words/health-ru.ts';
import { imports } from './words/imports-ru.ts';
import { news } from './words/news-ru.ts';
import { photos } from './words/photos-ru.ts';
import { privacy } from './words/privacy-ru.ts';
import { problems } from './words/problems-ru.ts';
import { profile } from './words/profile-ru.ts';
import { secondFactor } from './words/second-factor-ru.ts';
import { sharing } from './words/sharing-ru.ts';
import { workouts } from './words/workouts-ru.ts';
import type { AppDictionary } from './words-en.ts';

export const ru: AppDictionary = {
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
