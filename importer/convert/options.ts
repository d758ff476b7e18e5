import { FORMATS, MAX_FILE_BYTES } from '../../files/read-activity-file.ts';
import { defineOptions, type Options } from '../../runtime/options.ts';

/** `npm run convert -- FILE… --to FORMAT`. */
export const convertOptions = defineOptions({
  files: { type: 'list', positional: true, description: 'Activity files of any format that can be imported.' },
  to: {
    env: 'SLIPSTREAM_CONVERT_TO',
    type: 'choice',
    choices: FORMATS,
    description: 'What to write; docs/decisions/016-activity-files.md says what each format loses.',
  },
  outDir: {
    env: 'SLIPSTREAM_CONVERT_OUT_DIR',
    type: 'string',
    default: '.',
    description: 'Folder of the files written. Nothing there is overwritten.',
  },
  maxFileBytes: {
    env: 'SLIPSTREAM_CONVERT_MAX_FILE_BYTES',
    type: 'integer',
    default: MAX_FILE_BYTES,
    min: 1_024,
    max: 1024 ** 3,
    unit: 'bytes',
    description: 'Larger files are refused, and those that unpack to more.',
  },
});
export type ConvertOptions = Options<typeof convertOptions>;
