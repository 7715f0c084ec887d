import type { Dashboard } from './dashboard.ts'
import { chart, stat, table } from './panel.ts'
import { metric, quantile, rate, sum } from './queries.ts'

const byController = (expr: string) => [{ expr, legend: '{{controller}}' }]
const byKind = (expr: string) => [{ expr, legend: '{{name}}' }]
const conditions = 'fairlead_resource_conditions'

/** Whether the operator does its work, and what it says of the configuration. */
export const operator: Dashboard = {
  uid: 'fairlead-operator',
  title: 'Fairlead / Operator',
  description: 'Whether the operator does its work, and what it says of the configuration.',
  variables: [{ name: 'job', label: 'Operator', metric: conditions, valuesOf: 'job' }],
  rows: [
    {
      title: 'Now',
      panels: [
        stat(
          'Replicas that lead',
          'none',
          sum(metric('leader_election_master_status')),
          'Must be 1. Fairlead up has no election.',
        ),
        stat(
          'Gateways without their configuration',
          'none',
          `max(${metric(conditions, 'kind="LLMGateway", condition="Programmed", status="False"')}) or vector(0)`,
        ),
        stat('Failed reconciles', 'ops', sum(rate('controller_runtime_reconcile_errors_total'))),
        stat('Waiting in queues', 'short', sum(metric('workqueue_depth'))),
      ],
    },
    {
      title: 'Configuration',
      panels: [
        table(
          'Conditions that are not True',
          'none',
          `max by (kind, condition, status) (${metric(conditions, 'status!="True"')})`,
          'kubectl get fairlead -A says of which resources.',
        ),
        table(
          'Versions',
          'none',
          'count by (job, version, node) (fairlead_build_info)',
          'Processes of Fairlead, all that Prometheus knows.',
        ),
        chart('Resources that are not accepted', 'short', [
          {
            expr: `max by (kind, condition) (${metric(conditions, 'condition=~"Accepted|ResolvedRefs|Programmed|Deployed", status!="True"')})`,
            legend: '{{kind}} {{condition}}',
          },
        ]),
      ],
    },
    {
      title: 'Controllers',
      panels: [
        chart('Reconciles', 'ops', [
          {
            expr: sum(rate('controller_runtime_reconcile_total'), 'controller', 'result'),
            legend: '{{controller}} {{result}}',
          },
        ]),
        chart('Failed', 'ops', [
          {
            expr: sum(rate('controller_runtime_reconcile_errors_total'), 'controller'),
            legend: '{{controller}}, tried again',
          },
          {
            expr: sum(rate('controller_runtime_terminal_reconcile_errors_total'), 'controller'),
            legend: '{{controller}}, for good',
          },
          {
            expr: sum(rate('controller_runtime_reconcile_panics_total'), 'controller'),
            legend: '{{controller}}, programming error',
          },
          {
            expr: sum(rate('controller_runtime_reconcile_timeouts_total'), 'controller'),
            legend: '{{controller}}, too long',
          },
        ]),
        chart(
          'Time of a reconcile, p99',
          's',
          byController(
            quantile(0.99, 'controller_runtime_reconcile_time_seconds', '', 'controller'),
          ),
        ),
        chart(
          'Busy workers',
          'percentunit',
          byController(
            `${sum(metric('controller_runtime_active_workers'), 'controller')} / ${sum(metric('controller_runtime_max_concurrent_reconciles'), 'controller')}`,
          ),
        ),
        chart(
          'Abandoned reconciles',
          'short',
          byController(sum(metric('controller_runtime_abandoned_reconciles'), 'controller')),
          { description: 'Those that ignored their signal and have lost their worker.' },
        ),
      ],
    },
    {
      title: 'Queues',
      panels: [
        chart('Depth', 'short', byController(sum(metric('workqueue_depth'), 'controller'))),
        chart('Added', 'ops', byController(sum(rate('workqueue_adds_total'), 'controller'))),
        chart(
          'Tried again',
          'ops',
          byController(sum(rate('workqueue_retries_total'), 'controller')),
        ),
        chart(
          'Time in the queue, p99',
          's',
          byController(quantile(0.99, 'workqueue_queue_duration_seconds', '', 'controller')),
        ),
        chart(
          'Work of an item, p99',
          's',
          byController(quantile(0.99, 'workqueue_work_duration_seconds', '', 'controller')),
        ),
        chart(
          'Longest running',
          's',
          byController(
            `max by (controller) (${metric('workqueue_longest_running_processor_seconds')})`,
          ),
          { description: 'Growth means that a worker is stuck.' },
        ),
      ],
    },
    {
      title: 'API server, as the operator sees it',
      panels: [
        chart(
          'Requests',
          'reqps',
          [{ expr: sum(rate('rest_client_requests_total'), 'code'), legend: '{{code}}' }],
          { stacked: true },
        ),
        chart('Time of a request, p99', 's', [
          {
            expr: quantile(0.99, 'rest_client_request_duration_seconds', '', 'verb'),
            legend: '{{verb}}',
          },
        ]),
        chart('Sent again', 'ops', [
          {
            expr: sum(rate('rest_client_request_retries_total'), 'code', 'verb'),
            legend: '{{verb}} {{code}}',
          },
        ]),
        chart(
          'Watches that do not work',
          's',
          byKind(`max by (name) (${metric('informer_failing_seconds')}) > 0`),
          { description: 'For how long.' },
        ),
        chart(
          'Silence of a watch',
          's',
          byKind(`topk(10, max by (name) (${metric('informer_silence_seconds')}))`),
          { description: 'Bookmarks come about once a minute.' },
        ),
        chart('Lists and watches', 'ops', [
          { expr: sum(rate('reflector_lists_total'), 'name'), legend: '{{name}} lists' },
          { expr: sum(rate('reflector_watches_total'), 'name'), legend: '{{name}} watches' },
        ]),
      ],
    },
    {
      title: 'Process',
      panels: [
        chart('Event loop lag, p99', 's', [
          {
            expr: quantile(0.99, 'controller_runtime_event_loop_lag_seconds', '', 'instance'),
            legend: '{{instance}}',
          },
        ]),
        chart('CPU', 'short', [
          { expr: sum(rate('process_cpu_seconds_total'), 'instance'), legend: '{{instance}}' },
        ]),
        chart('Memory', 'bytes', [
          {
            expr: sum(metric('process_resident_memory_bytes'), 'instance'),
            legend: '{{instance}}',
          },
        ]),
      ],
    },
  ],
}
