import { chooseLanguage, LANGUAGES, type Language, language, say } from './language.ts';

export function LanguageSwitch() {
  return (
    <select
      aria-label={say('language')}
      value={language.value}
      onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}
    >
      {Object.entries(LANGUAGES).map(([tag, name]) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}
