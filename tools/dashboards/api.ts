import type { Dashboard } from './dashboard.ts'
import { chart, stat } from './panel.ts'
import { metric, quantile, rate, sum } from './queries.ts'

/** A metric of the API server in the process, which is a job of its own. */
const served = (name: string, matchers = '') =>
  `${name}{job=~"$apiserver"${matchers === '' ? '' : `, ${matchers}`}}`
const servedRate = (name: string, matchers = '') =>
  `rate(${served(name, matchers)}[$__rate_interval])`
const expires = metric('controller_runtime_webhook_certificate_expiration_timestamp_seconds')

/** The webhooks that the API server asks, and the API server of `fairlead up`. */
export const api: Dashboard = {
  uid: 'fairlead-api',
  title: 'Fairlead / Webhooks and API server',
  description: 'The webhooks that the API server asks, and the API server of fairlead up.',
  variables: [
    { name: 'job', label: 'Operator', metric: 'fairlead_resource_conditions', valuesOf: 'job' },
    {
      name: 'apiserver',
      label: 'API server',
      metric: 'fairlead_apiserver_watch_history_bytes',
      valuesOf: 'job',
    },
  ],
  rows: [
    {
      title: 'Webhooks',
      panels: [
        chart(
          'Questions',
          'reqps',
          [
            {
              expr: sum(rate('controller_runtime_webhook_requests_total'), 'webhook', 'code'),
              legend: '{{webhook}} {{code}}',
            },
          ],
          { stacked: true },
        ),
        chart(
          'Time of an answer, p99',
          's',
          [
            {
              expr: quantile(0.99, 'controller_runtime_webhook_latency_seconds', '', 'webhook'),
              legend: '{{webhook}}',
            },
          ],
          { description: 'Each is part of the time of a write.' },
        ),
        chart('Being answered', 'short', [
          {
            expr: sum(metric('controller_runtime_webhook_requests_in_flight'), 'webhook'),
            legend: '{{webhook}}',
          },
        ]),
        chart('Programming errors', 'ops', [
          { expr: sum(rate('controller_runtime_webhook_panics_total')), legend: 'admission' },
          {
            expr: sum(rate('controller_runtime_conversion_webhook_panics_total')),
            legend: 'conversion',
          },
        ]),
        chart(
          'Time left of certificates',
          's',
          [{ expr: `min by (certificate) (${expires}) - time()`, legend: '{{certificate}}' }],
          { description: 'The one that is served is renewed when 30 days are left.' },
        ),
        chart('Certificates that could not be renewed', 'ops', [
          {
            expr: sum(rate('controller_runtime_webhook_certificate_errors_total')),
            legend: 'made by the operator',
          },
          {
            expr: sum(rate('certwatcher_read_certificate_errors_total')),
            legend: 'read from files',
          },
        ]),
      ],
    },
    {
      title: 'API server of fairlead up',
      panels: [
        stat('Requests', 'reqps', sum(servedRate('apiserver_request_total'))),
        stat(
          'Failed',
          'reqps',
          `${sum(servedRate('apiserver_request_total', 'code=~"5.."'))} or vector(0)`,
        ),
        stat('Objects', 'short', sum(served('apiserver_storage_objects'))),
        stat('Storage', 'bytes', sum(served('apiserver_storage_size_bytes'))),
        chart(
          'Requests, by verb',
          'reqps',
          [{ expr: sum(servedRate('apiserver_request_total'), 'verb'), legend: '{{verb}}' }],
          { stacked: true },
        ),
        chart(
          'Requests, by code',
          'reqps',
          [{ expr: sum(servedRate('apiserver_request_total'), 'code'), legend: '{{code}}' }],
          { stacked: true },
        ),
        chart('Time of a request, p99', 's', [
          {
            expr: `histogram_quantile(0.99, ${sum(servedRate('apiserver_request_duration_seconds_bucket', 'verb!~"WATCH|CONNECT"'), 'verb', 'le')})`,
            legend: '{{verb}}',
          },
        ]),
        chart('Watches', 'short', [
          {
            expr: sum(served('apiserver_longrunning_requests'), 'resource'),
            legend: '{{resource}}',
          },
        ]),
        chart('In flight', 'short', [
          {
            expr: sum(served('apiserver_current_inflight_requests'), 'request_kind'),
            legend: '{{request_kind}}',
          },
        ]),
        chart(
          'History for watches',
          'bytes',
          [{ expr: sum(served('fairlead_apiserver_watch_history_bytes')), legend: 'history' }],
          { description: 'What watches that reconnect are told from.' },
        ),
      ],
    },
  ],
}
