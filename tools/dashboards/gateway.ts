import type { Dashboard } from './dashboard.ts'
import { chart, stat, table } from './panel.ts'
import { appeared, metric, quantile, quantiles, rate, sum, total } from './queries.ts'

const requests = 'fairlead_gateway_requests_total'
const failed = sum(rate(requests, 'status="5xx"'))
const all = sum(rate(requests))

/** What callers notice: calls, errors, latency, tokens, cost, conversations. */
export const gateway: Dashboard = {
  uid: 'fairlead-gateway',
  title: 'Fairlead / Gateway',
  description: 'What callers notice: calls, errors, latency, tokens, cost, conversations.',
  variables: [
    { name: 'job', label: 'Gateway', metric: 'fairlead_gateway_workers', valuesOf: 'job' },
  ],
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Calls', 'reqps', all),
        stat(
          'Failed',
          'percentunit',
          `(${failed} or vector(0)) / ${all}`,
          'Calls that were answered with a 5xx.',
        ),
        stat('In flight', 'short', sum(metric('fairlead_gateway_in_flight_requests'))),
        stat('First token, p95', 's', quantile(0.95, 'gen_ai_server_time_to_first_token')),
        stat(
          'Cost an hour',
          'currencyUSD',
          `${sum(rate('fairlead_provider_cost_usd_total'))} * 3600`,
        ),
        stat('Workers', 'short', sum(metric('fairlead_gateway_workers'))),
      ],
    },
    {
      title: 'Calls',
      panels: [
        chart(
          'By status',
          'reqps',
          [{ expr: sum(rate(requests), 'status'), legend: '{{status}}' }],
          { stacked: true },
        ),
        chart(
          'Failed, by route',
          'reqps',
          [
            {
              expr: `topk(10, ${sum(rate(requests, 'status="5xx"'), 'route')})`,
              legend: '{{route}}',
            },
          ],
          {
            description: 'Answered with a 5xx. A call that matches no route has none.',
          },
        ),
        chart(
          'Refused, by route',
          'reqps',
          [
            {
              expr: `topk(10, ${sum(rate(requests, 'status="4xx"'), 'route')})`,
              legend: '{{route}}',
            },
          ],
          {
            description:
              'Answered with a 4xx: no key, no permission, a limit, a mistake in the call.',
          },
        ),
        chart('By route', 'reqps', [
          { expr: `topk(10, ${sum(rate(requests), 'route')})`, legend: '{{route}}' },
        ]),
        chart('By target', 'reqps', [
          {
            expr: `topk(10, ${sum(rate('fairlead_gateway_target_calls_total'), 'route', 'target')})`,
            legend: '{{route}} {{target}}',
          },
        ]),
        chart('In flight', 'short', [
          {
            expr: sum(metric('fairlead_gateway_in_flight_requests'), 'instance'),
            legend: '{{instance}}',
          },
        ]),
      ],
    },
    {
      title: 'Latency',
      panels: [
        chart('Whole answer', 's', quantiles('gen_ai_server_request_duration')),
        chart('First token', 's', quantiles('gen_ai_server_time_to_first_token')),
        chart('Each further token', 's', quantiles('gen_ai_server_time_per_output_token'), {
          description: 'Of streams that report their usage.',
        }),
        chart('In the gateway itself', 's', quantiles('fairlead_gateway_overhead_seconds'), {
          description: 'Before the first byte of an answer, besides what providers take.',
        }),
        chart(
          'Event loop lag',
          's',
          [
            {
              expr: `max by (quantile) (${metric('fairlead_gateway_event_loop_lag_seconds')})`,
              legend: '{{quantile}}',
            },
          ],
          { description: 'How late a worker came to what was due.' },
        ),
      ],
    },
    {
      title: 'Tokens and cost',
      panels: [
        chart(
          'Tokens',
          'ops',
          [
            {
              expr: sum(rate('gen_ai_client_token_usage_sum'), 'gen_ai_token_type'),
              legend: '{{gen_ai_token_type}}',
            },
          ],
          { stacked: true },
        ),
        chart('Tokens, by model', 'ops', [
          {
            expr: `topk(10, ${sum(rate('gen_ai_client_token_usage_sum'), 'gen_ai_request_model')})`,
            legend: '{{gen_ai_request_model}}',
          },
        ]),
        chart(
          'Cost an hour, by provider',
          'currencyUSD',
          [
            {
              expr: `${sum(rate('fairlead_provider_cost_usd_total'), 'provider')} * 3600`,
              legend: '{{provider}}',
            },
          ],
          { stacked: true },
        ),
        table(
          'Cost, by model',
          'currencyUSD',
          total('fairlead_provider_cost_usd_total', 'provider', 'model'),
        ),
        table(
          'Cost, by Consumer',
          'currencyUSD',
          total('fairlead_consumer_cost_usd_total', 'consumer'),
        ),
        table(
          'Calls without a known price',
          'short',
          appeared('fairlead_unpriced_calls_total', 'provider', 'model'),
          'They count in no limit of cost.',
        ),
      ],
    },
    {
      title: 'Conversations and prompts',
      panels: [
        chart(
          'Turns, by outcome',
          'ops',
          [
            {
              expr: sum(rate('fairlead_conversation_turns_total'), 'outcome'),
              legend: '{{outcome}}',
            },
          ],
          {
            stacked: true,
            description: 'Of an unstored turn, what the model answered may be lost.',
          },
        ),
        chart(
          'Stores that work',
          'none',
          [
            {
              expr: `min by (store) (${metric('fairlead_conversation_store_up')})`,
              legend: '{{store}}',
            },
          ],
          { description: '0 while one does not.' },
        ),
        chart('Prompts, by version', 'reqps', [
          {
            expr: sum(rate('fairlead_prompt_requests_total'), 'prompt', 'version', 'status'),
            legend: '{{prompt}} {{version}} {{status}}',
          },
        ]),
      ],
    },
    {
      title: 'Process',
      panels: [
        chart(
          'CPU',
          'short',
          [{ expr: sum(rate('process_cpu_seconds_total'), 'instance'), legend: '{{instance}}' }],
          { description: 'Cores, of all processes of a replica.' },
        ),
        chart('Memory', 'bytes', [
          {
            expr: sum(metric('process_resident_memory_bytes'), 'instance'),
            legend: '{{instance}}',
          },
        ]),
        chart('Workers that died', 'short', [
          {
            expr: sum(
              `increase(${metric('fairlead_gateway_worker_restarts_total')}[$__rate_interval])`,
              'instance',
            ),
            legend: '{{instance}}',
          },
        ]),
        chart(
          'Age of the configuration',
          's',
          [
            {
              expr: `max by (instance) (${metric('fairlead_config_age_seconds')})`,
              legend: '{{instance}}',
            },
          ],
          { description: 'It falls to 0 in all replicas when a change takes effect.' },
        ),
        chart('Lost evidence', 'ops', [
          { expr: sum(rate('fairlead_log_lines_dropped_total')), legend: 'log lines' },
          {
            expr: sum(rate('fairlead_trace_spans_dropped_total'), 'reason'),
            legend: 'spans, {{reason}}',
          },
        ]),
        chart('TLS handshakes', 'ops', [
          {
            expr: sum(rate('fairlead_gateway_tls_handshakes_total'), 'outcome'),
            legend: '{{outcome}}',
          },
        ]),
        chart('Time left of the certificate', 's', [
          {
            expr: `min by (job) (${metric('fairlead_gateway_certificate_expiry_timestamp_seconds')}) - time()`,
            legend: '{{job}}',
          },
        ]),
      ],
    },
  ],
}
