import type { Dashboard } from './dashboard.ts'
import { chart, table } from './panel.ts'
import { appeared, metric, quantiles, rate, sum, total } from './queries.ts'

const refusals = 'fairlead_usage_refusals_total'

/** Who uses how much, and whom limits and access rules refuse. */
export const limits: Dashboard = {
  uid: 'fairlead-limits',
  title: 'Fairlead / Limits and budgets',
  description: 'Who uses how much, and whom limits and access rules refuse.',
  variables: [
    { name: 'job', label: 'Gateway', metric: 'fairlead_gateway_workers', valuesOf: 'job' },
  ],
  rows: [
    {
      title: 'Limits',
      panels: [
        chart(
          'Calls that did not fit',
          'ops',
          [{ expr: sum(rate(refusals), 'reason'), legend: '{{reason}}' }],
          {
            stacked: true,
            description:
              'Refused, queued, routed to another model, passed over for another target, or only noted (Shadow).',
          },
        ),
        chart('Calls that did not fit, by limit', 'ops', [
          {
            expr: `topk(10, ${sum(rate(refusals), 'policy', 'limit')})`,
            legend: '{{policy}} {{limit}}',
          },
        ]),
        chart('Waiting for room', 'short', [
          { expr: sum(metric('fairlead_usage_queue_length')), legend: 'calls' },
        ]),
        table(
          'Thresholds that were reached',
          'short',
          appeared('fairlead_usage_threshold_crossed_total', 'policy', 'limit', 'percent'),
          'Of warnAt.',
        ),
        table('Calls that did not fit', 'short', total(refusals, 'policy', 'limit', 'reason')),
      ],
    },
    {
      title: 'Where it is counted',
      panels: [
        chart('Time that the store takes', 's', quantiles('fairlead_usage_store_seconds'), {
          description: 'Where it has to be asked.',
        }),
        chart('Calls that could not be counted', 'ops', [
          {
            expr: sum(rate(refusals, 'reason="StoreUnavailable"'), 'policy'),
            legend: '{{policy}}',
          },
        ]),
        chart('Expressions that failed', 'ops', [
          {
            expr: sum(rate('fairlead_usage_expression_failures_total'), 'policy'),
            legend: 'UsagePolicy {{policy}}',
          },
          {
            expr: sum(rate('fairlead_access_condition_failures_total'), 'policy'),
            legend: 'AccessPolicy {{policy}}',
          },
          {
            expr: sum(rate('fairlead_gateway_condition_failures_total'), 'route'),
            legend: 'rule {{route}}',
          },
        ]),
      ],
    },
    {
      title: 'Budgets',
      panels: [
        chart('Cost an hour, by Consumer', 'currencyUSD', [
          {
            expr: `topk(10, ${sum(rate('fairlead_consumer_cost_usd_total'), 'consumer')}) * 3600`,
            legend: '{{consumer}}',
          },
        ]),
        chart('Cost an hour, by group', 'currencyUSD', [
          {
            expr: `topk(10, ${sum(rate('fairlead_group_cost_usd_total'), 'group')}) * 3600`,
            legend: '{{group}}',
          },
        ]),
        chart('Cost an hour, by prompt', 'currencyUSD', [
          {
            expr: `topk(10, ${sum(rate('fairlead_prompt_cost_usd_total'), 'prompt', 'version')}) * 3600`,
            legend: '{{prompt}} {{version}}',
          },
        ]),
        table(
          'Cost, by Consumer',
          'currencyUSD',
          total('fairlead_consumer_cost_usd_total', 'consumer'),
          'Empty for callers without one.',
        ),
        table(
          'Cost, by group',
          'currencyUSD',
          total('fairlead_group_cost_usd_total', 'group'),
          'A caller of several counts for each.',
        ),
        table(
          'Cost, by prompt',
          'currencyUSD',
          total('fairlead_prompt_cost_usd_total', 'prompt', 'version'),
        ),
      ],
    },
    {
      title: 'Access',
      panels: [
        chart('What callers may not use', 'ops', [
          {
            expr: sum(rate('fairlead_access_refusals_total'), 'policy', 'resource', 'mode'),
            legend: '{{policy}} {{resource}} {{mode}}',
          },
        ]),
        table(
          'What callers may not use',
          'short',
          total('fairlead_access_refusals_total', 'policy', 'resource', 'mode'),
        ),
      ],
    },
  ],
}
