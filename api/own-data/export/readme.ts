/** Lies in every export, for whoever opens it. */
export const README = `This is what Slipstream keeps of you.

profile and account    database/*.json     each table that has something of you, one JSON object for each row:
                                           your account, profile, consents, workouts and what was changed of them,
                                           goals, notifications and preferences, devices, sessions, the audit of
                                           your account, imports. Times are in ISO 8601.
activities             activities/*.fit    each activity as FIT, which other programs for training read
photos                 photos/*.jpg        photos of workouts as they are kept; their captions are in
                                           database/workout_photos.json
samples                samples/*.csv       everything your devices sent and what was computed of it, one file for
                                           each kind and month; the first line names the columns
product events         product-events.json what was counted of your use, if you agreed to it
races                  races.json          races that you are a starter of

What is missing: passwords, keys and codes, of which only digests are kept or which would open something for
whoever finds this file; and what manifest.json names under "leftOut", with the reason.

manifest.json lists every file with its number of rows, its size in bytes and its SHA-256 (sha256sum checks it).
Keep this file safe: it says where you were, and how you are.
`;
