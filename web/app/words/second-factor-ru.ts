import type { Phrase } from '../../race/words-en.ts';
import type { secondFactor as english } from './second-factor-en.ts';

export const secondFactor: Readonly<Record<keyof typeof english, Phrase>> = {
  secondFactor: 'Второй фактор',
  secondFactorHow:
    'Приложение в телефоне каждые полминуты показывает новый код, и вход спрашивает его помимо пароля. ' +
    'Подойдёт любое приложение для одноразовых кодов (TOTP).',
  secondFactorNeeded: 'Всё, кроме ваших тренировок, закрыто для вас, пока второй фактор не включён.',
  secondFactorNotOffered: 'На этом сервере его нельзя настроить.',
  secondFactorOn: 'Включён с {when}.',
  setUpSecondFactor: 'Настроить второй фактор',
  scanThis: 'Наведите приложение на эту картинку или введите в него секрет. Больше их не покажут.',
  qrOfSecret: 'QR-код с секретом для приложения',
  secretToType: 'Секрет',
  codeOfApp: 'Код из приложения',
  codeOfAppOrRecovery: 'Код из приложения или запасной код',
  switchOn: 'Включить',
  recoveryCodes: 'Запасные коды',
  recoveryCodesHow: 'Каждый один раз впустит вас без приложения. Храните их отдельно от паролей; больше их не покажут.',
  recoveryCodesLeft: {
    one: 'Остался {n} запасной код.',
    few: 'Осталось {n} запасных кода.',
    many: 'Осталось {n} запасных кодов.',
    other: 'Осталось {n} запасного кода.',
  },
  saveRecoveryCodes: 'Сохранить в файл',
  recoveryCodesKept: 'Я их сохранил(а)',
  newRecoveryCodes: 'Новые запасные коды',
  newRecoveryCodesHow: 'Прежние больше не действуют.',
  newRecoveryCodesGo: 'Создать новые коды',
  switchOff: 'Выключить второй фактор',
  switchOffHow: 'После этого для входа хватит пароля.',
  secondFactorIsOff: 'Второй фактор выключен.',
  secondStep: 'Ещё один шаг',
  secondStepHow: 'Ваша учётная запись спрашивает код помимо пароля.',
  beginAgain: 'Начать заново с пароля',

  problem_wrong_code: 'Код неверен, уже использован или устарел. Возьмите тот, что приложение показывает сейчас.',
  problem_bad_challenge: 'Прошло слишком много времени или неверных кодов. Начните заново с пароля.',
  problem_second_factor_on: 'Второй фактор уже включён.',
  problem_no_second_factor: 'Второй фактор выключен.',
  problem_second_factor_off: 'Сейчас этот сервер не хранит вторые факторы.',
  problem_second_factor_needed: 'Для этого нужен второй фактор: настройте его в настройках.',
};
