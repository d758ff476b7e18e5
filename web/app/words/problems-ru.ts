import type { Phrase } from '../../race/words-en.ts';
import type { problems as english } from './problems-en.ts';

export const problems: Readonly<Record<keyof typeof english, Phrase>> = {
  problem_wrong_credentials: 'Адрес или пароль неверны, или адрес ещё не подтверждён.',
  problem_consent_needed: 'Сначала нужно ваше согласие: в настройках, «Ваши согласия».',
  problem_bad_mail_token: 'Код не наш, уже использован или устарел. Запросите другое письмо.',
  problem_too_many_attempts: 'Слишком много неверных попыток для этого адреса: он закрыт на время.',
  problem_too_many_requests: 'Слишком много запросов отсюда; подождите минуту.',
  problem_busy: 'Сервер занят; попробуйте через мгновение.',
  problem_store_unavailable: 'Часть сервера недоступна; попробуйте через мгновение.',
  problem_email_taken: 'Этот адрес уже принадлежит другой учётной записи.',
  problem_invalid_request: 'Что-то в форме не подходит; под полем сказано что.',
  problem_imports_waiting:
    'В очереди уже столько ваших загрузок, сколько может ждать; отправьте ещё, когда часть закончится.',
  problem_imports_off: 'Сейчас файлы здесь не принимаются.',
  problem_key_reused: 'Под тем же именем уже отправлены другие файлы; выберите файлы ещё раз.',
  problem_refused_upload: 'Из отправленного ничего нельзя принять; выберите другие файлы.',
  problem_changed_meanwhile: 'Тем временем это изменили в другом месте; посмотрите ещё раз.',
};
