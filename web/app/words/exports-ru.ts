import type { Phrase } from '../../race/words-en.ts';
import type { exports as english } from './exports-en.ts';

export const exports: Readonly<Record<keyof typeof english, Phrase>> = {
  ownExport: 'Всё, что о вас хранится',
  ownExportHow:
    'Один файл: учётная запись, тренировки, все записи датчиков и то, что посчитано, – чтобы сохранить у себя или ' +
    'унести в другое место. Он пишется в фоне и не сразу; когда будет готов, придёт письмо.',
  askExport: 'Запросить мои данные',
  exportWriting: 'Запрошен {when}, пишется',
  exportProgress: 'Готовность файла, запрошенного {when}',
  exportReady: 'От {when}; доступен до {until}.',
  exportFailed: 'Файл от {when} записать не удалось. Запросите ещё раз.',
  exportDownload: 'Скачать ({mb} МБ)',

  problem_export_under_way: 'Он уже пишется.',
  problem_too_many_exports: 'Для вас хранится столько файлов, сколько можно; новый – когда один из них удалят.',
};
