import type { Dashboard } from './dashboard.ts'
import { chart, table } from './panel.ts'
import { metric, quantile, rate, sum, total } from './queries.ts'

const chosen = 'provider=~"$provider"'
const attempts = 'fairlead_attempts_total'
const failures = `${chosen}, outcome!~"Success|Aborted"`
const byProvider = (expr: string) => [{ expr, legend: '{{provider}}' }]

/** What providers do, and what the gateway does about it. */
export const providers: Dashboard = {
  uid: 'fairlead-providers',
  title: 'Fairlead / Providers',
  description: 'What providers do, and what the gateway does about it.',
  variables: [
    { name: 'job', label: 'Gateway', metric: 'fairlead_gateway_workers', valuesOf: 'job' },
    { name: 'provider', label: 'Provider', metric: attempts, valuesOf: 'provider' },
  ],
  rows: [
    {
      title: 'Health',
      panels: [
        chart(
          'Workers that see a provider so',
          'short',
          [
            {
              expr: `${sum(metric('fairlead_provider_health', chosen), 'provider', 'state')} > 0`,
              legend: '{{provider}} {{state}}',
            },
          ],
          { stacked: true },
        ),
        chart(
          'Ejections',
          'ops',
          [
            {
              expr: sum(rate('fairlead_ejections_total', chosen), 'provider', 'reason'),
              legend: '{{provider}} {{reason}}',
            },
          ],
          {
            description:
              'How often a provider was passed over from then on, and what went wrong last.',
          },
        ),
        chart(
          'Left of their own limits',
          'percentunit',
          byProvider(
            `min by (provider) (${metric('fairlead_provider_quota_remaining_ratio', chosen)})`,
          ),
          { description: 'As providers tell in their answers.' },
        ),
      ],
    },
    {
      title: 'Attempts',
      panels: [
        chart(
          'By outcome',
          'ops',
          [{ expr: sum(rate(attempts, chosen), 'outcome'), legend: '{{outcome}}' }],
          { stacked: true },
        ),
        chart(
          'Failed',
          'percentunit',
          byProvider(
            `${sum(rate(attempts, failures), 'provider')} / ${sum(rate(attempts, chosen), 'provider')}`,
          ),
        ),
        chart(
          'Keys refused',
          'ops',
          [
            {
              expr: sum(
                rate(
                  attempts,
                  `${chosen}, outcome=~"CredentialRefused|CredentialExpired|CreditExhausted"`,
                ),
                'provider',
                'outcome',
              ),
              legend: '{{provider}} {{outcome}}',
            },
          ],
          { description: 'Which key it was, status.credentials of the LLMProvider says.' },
        ),
        chart(
          'Rate limited',
          'ops',
          byProvider(sum(rate(attempts, `${chosen}, outcome="RateLimited"`), 'provider')),
        ),
        chart(
          'Attempts a call',
          'none',
          [
            {
              expr: `${sum(rate(attempts))} / ${sum(rate('fairlead_gateway_requests_total', 'provider!=""'))}`,
              legend: 'attempts',
            },
          ],
          { description: '1 if nothing is ever tried again. Of all providers.' },
        ),
        chart(
          'Calls that another target answered',
          'ops',
          [{ expr: sum(rate('fairlead_failovers_total'), 'route'), legend: '{{route}}' }],
          { description: 'After a failed attempt. Callers did not notice.' },
        ),
        chart('Copies for mirrors', 'ops', [
          {
            expr: sum(rate('fairlead_gateway_mirrored_calls_total', chosen), 'provider', 'outcome'),
            legend: '{{provider}} {{outcome}}',
          },
        ]),
        table(
          'Failed attempts',
          'short',
          `sort_desc(${sum(`increase(${metric(attempts, failures)}[$__range])`, 'provider', 'model', 'outcome')} > 0)`,
        ),
      ],
    },
    {
      title: 'Latency',
      panels: [
        chart(
          'Whole answer, p95',
          's',
          byProvider(quantile(0.95, 'gen_ai_server_request_duration', chosen, 'provider')),
        ),
        chart(
          'First token, p95',
          's',
          byProvider(quantile(0.95, 'gen_ai_server_time_to_first_token', chosen, 'provider')),
        ),
        chart(
          'Each further token, p50',
          's',
          byProvider(quantile(0.5, 'gen_ai_server_time_per_output_token', chosen, 'provider')),
        ),
      ],
    },
    {
      title: 'Use',
      panels: [
        chart(
          'Tokens',
          'ops',
          [
            {
              expr: sum(
                rate('gen_ai_client_token_usage_sum', chosen),
                'provider',
                'gen_ai_token_type',
              ),
              legend: '{{provider}} {{gen_ai_token_type}}',
            },
          ],
          { stacked: true },
        ),
        chart(
          'Cost an hour',
          'currencyUSD',
          [
            {
              expr: `${sum(rate('fairlead_provider_cost_usd_total', chosen), 'provider', 'model')} * 3600`,
              legend: '{{provider}} {{model}}',
            },
          ],
          { stacked: true },
        ),
        chart('Calls without a known price', 'ops', [
          {
            expr: sum(rate('fairlead_unpriced_calls_total', chosen), 'provider', 'model'),
            legend: '{{provider}} {{model}}',
          },
        ]),
        table(
          'Cost',
          'currencyUSD',
          total('fairlead_provider_cost_usd_total', 'provider', 'model'),
        ),
      ],
    },
  ],
}
