import { AccountSection, EmailSection, PasswordSection } from './account-sections.tsx';
import { SessionsSection } from './sessions-section.tsx';

export function SettingsPage() {
  return (
    <>
      <div class="column">
        <AccountSection />
        <PasswordSection />
        <EmailSection />
      </div>
      <div class="column">
        <SessionsSection />
      </div>
    </>
  );
}
