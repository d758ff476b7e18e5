import { tell } from './tell.ts';

export function TodayPage() {
  return (
    <p class="empty">
      <a href="/?list">{tell('activities')}</a>
    </p>
  );
}
