import { writtenWith } from '../../schemas/units.ts';
import type { InEach, Reader } from './languages.ts';

/** What became of an export of all own data. */
export interface ExportNews {
  readonly export: string;
  /** Of the file; null when it could not be written. */
  readonly bytes: number | null;
  /** When the file is removed; null without one. */
  readonly expiresMs: number | null;
}

/** Files of one upload, by what became of them. */
export interface ImportNews {
  readonly import: string;
  readonly stored: number;
  /** They hold nothing that can be read, or it is not taken. */
  readonly refused: number;
  /** They were not taken for a reason that is not their own; they may be sent again. */
  readonly failed: number;
}

const WRONG: InEach = {
  en: 'If it was not you who asked for it, set a new password: your account may be in other hands.',
  ru: 'Если просили не вы, смените пароль: ваша учётная запись может быть в чужих руках.',
};

export function exportWords({ bytes, expiresMs }: ExportNews, reader: Reader) {
  const { language } = reader;
  if (bytes === null || expiresMs === null) {
    return language === 'en'
      ? { title: 'Your data could not be written to a file', text: 'Ask for them again in the settings.' }
      : { title: 'Файл с вашими данными не удалось записать', text: 'Попросите его ещё раз в настройках.' };
  }
  const [size, until] = [megabytes(bytes, language), momentIn(expiresMs, reader)];
  return language === 'en'
    ? { title: 'All that is kept of you is ready', text: `${size}, in the settings until ${until}. ${WRONG.en}` }
    : { title: 'Всё, что о вас хранится, готово', text: `${size}, в настройках до ${until}. ${WRONG.ru}` };
}

export function importWords({ stored, refused, failed }: ImportNews, { language }: Reader) {
  const all = stored + refused + failed;
  const of: InEach = { en: `${stored} of ${all}`, ru: `${stored} из ${all}` };
  const title = language === 'en' ? `Files imported: ${of.en}` : `Загружено файлов: ${of.ru}`;
  const lines = [
    ...(refused > 0 ? [language === 'en' ? `Not readable: ${refused}` : `Не прочитано: ${refused}`] : []),
    ...(failed > 0 ? [language === 'en' ? `To be sent again: ${failed}` : `Нужно отправить ещё раз: ${failed}`] : []),
  ];
  return { title, text: lines.join('\n') };
}

const megabytes = (bytes: number, language: string) => writtenWith(language, 'megabyte', Math.max(0.1, bytes / 1e6), 1);

const momentIn = (ms: number, { language, timeZone }: Reader) =>
  new Date(ms).toLocaleString(language, { timeZone, dateStyle: 'medium', timeStyle: 'short' });
