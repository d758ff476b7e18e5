import type { Clock } from '../../runtime/clock.ts';
import { type Access, TOKEN_PROBLEMS } from '../access.ts';
import { instead, json, reads, SOMEBODY } from '../accounts/route-parts.ts';
import type { ApiServer } from '../server.ts';
import type { ProductReports } from './reports.ts';
import { ActiveDays, ActiveQuery, Funnel, Retention, RetentionQuery } from './statements.ts';

export interface ProductRoutesDeps {
  readonly access: Access;
  readonly clock: Clock;
  readonly reports: ProductReports;
}

const own = { ...SOMEBODY, tags: ['product'] };
const problems = instead(...TOKEN_PROBLEMS, 'administrator_only', 'cross_site');

/** What the business learns, of people who agreed to be counted; for administrators, and who runs the platform. */
export function addProductRoutes(server: ApiServer, { access, clock, reports }: ProductRoutesDeps): void {
  server.get(
    '/v1/product/funnel',
    {
      ...reads,
      schema: {
        ...own,
        operationId: 'readFunnel',
        summary: 'How many who sign up come to log regularly, and whether people do now',
        response: { 200: json('The funnel', Funnel), ...problems },
      },
    },
    async (request) => {
      await access.requireAdministrator(request);
      return reports.funnel(clock.nowMs());
    },
  );

  server.get(
    '/v1/product/retention',
    {
      ...reads,
      schema: {
        ...own,
        operationId: 'readRetention',
        summary: 'Of those who signed up in a week, how many are there in the weeks after',
        querystring: RetentionQuery,
        response: { 200: json('A row for each week, the newest last', Retention), ...problems },
      },
    },
    async (request) => {
      await access.requireAdministrator(request);
      const { cohorts = 12, of = 'logging' } = request.query;
      return reports.retention(clock.nowMs(), cohorts, of);
    },
  );

  server.get(
    '/v1/product/active-days',
    {
      ...reads,
      schema: {
        ...own,
        operationId: 'readActiveDays',
        summary: 'How many are here by day, week and month',
        querystring: ActiveQuery,
        response: { 200: json('A row for each day, the newest last', ActiveDays), ...problems },
      },
    },
    async (request) => {
      await access.requireAdministrator(request);
      return reports.activeDays(clock.nowMs(), request.query.days ?? 30);
    },
  );
}
