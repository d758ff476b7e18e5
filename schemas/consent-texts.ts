/** What a person may agree to, each apart from the other. */
export const CONSENT_KINDS = ['healthData', 'productEvents'] as const;
export type ConsentKind = (typeof CONSENT_KINDS)[number];

/** The words that somebody agreed to. They are never changed: other words are another version. */
export interface ConsentText {
  /** The day it was written; who agreed to it keeps it beside the date. */
  readonly version: string;
  readonly en: string;
  readonly ru: string;
}

/** The newest first: that one is shown, and older ones stay because somebody agreed to them. */
export const CONSENT_TEXTS: Readonly<Record<ConsentKind, readonly [ConsentText, ...ConsentText[]]>> = {
  healthData: [
    {
      version: '2026-11-30',
      en:
        'I agree that my workouts, heart rate, weight and other data about my health are stored and evaluated here, ' +
        'for me to see. I can withdraw this at any time in the settings: then nothing new is taken, and what is ' +
        'there stays mine to read and to remove.',
      ru:
        'Я согласен, чтобы мои тренировки, пульс, вес и другие данные о здоровье хранились и обрабатывались здесь, ' +
        'для меня самого. Согласие можно отозвать в настройках в любое время: тогда ничего нового не принимается, а ' +
        'то, что есть, по-прежнему можно читать и удалить.',
    },
  ],
  productEvents: [
    {
      version: '2026-11-30',
      en:
        'I agree that it is counted, under a random number in place of my name, when I signed up, on which days I am ' +
        'here, and when and how I log a workout, to learn whether Slipstream is of use. Nothing of what a workout ' +
        'shows is counted. If I withdraw this, what was counted of me is deleted within a quarter of an hour.',
      ru:
        'Я согласен, чтобы под случайным номером вместо имени учитывалось, когда я зарегистрировался, в какие дни ' +
        'захожу, когда и каким способом записываю тренировки: так видно, полезен ли Slipstream. Содержание ' +
        'тренировок не учитывается. Если отозвать согласие, учтённое обо мне удалят в течение четверти часа.',
    },
  ],
};

/** The version that is shown now. */
export function presentText(kind: ConsentKind): ConsentText {
  return CONSENT_TEXTS[kind][0];
}
