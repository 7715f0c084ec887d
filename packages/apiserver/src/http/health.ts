import { goQuote } from '@fairlead/kube-core'

import {
  pageNotFound,
  unsniffedText,
  textResponse,
  type ApiResponse,
} from '../exchange/api-response.ts'

/**
 * The checks of a real server, by name and in its order, because clients wait for single ones. What
 * the hooks stand for is done here before the server listens.
 */
const checks: readonly string[] = [
  'ping',
  'log',
  'etcd',
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/priority-and-fairness-config-consumer',
  'poststarthook/priority-and-fairness-filter',
  'poststarthook/storage-object-count-tracker-hook',
  'poststarthook/start-apiextensions-informers',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/crd-informer-synced',
  'poststarthook/start-system-namespaces-controller',
  'poststarthook/start-cluster-authentication-info-controller',
  'poststarthook/start-kube-apiserver-identity-lease-controller',
  'poststarthook/start-kube-apiserver-identity-lease-garbage-collector',
  'poststarthook/start-legacy-token-tracking-controller',
  'poststarthook/start-service-ip-repair-controllers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/priority-and-fairness-config-producer',
  'poststarthook/bootstrap-controller',
  'poststarthook/start-kube-aggregator-informers',
  'poststarthook/apiservice-status-local-available-controller',
  'poststarthook/apiservice-status-remote-available-controller',
  'poststarthook/apiservice-registration-controller',
  'poststarthook/apiservice-discovery-controller',
  'poststarthook/kube-apiserver-autoregistration',
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
]

const checksOf: ReadonlyMap<string, readonly string[]> = new Map([
  ['healthz', checks],
  ['livez', checks],
  [
    'readyz',
    [...checks.slice(0, 3), 'etcd-readiness', 'informer-sync', ...checks.slice(3), 'shutdown'],
  ],
])

/** Every path that `healthResponse` answers with success. */
export const healthPaths: readonly string[] = [...checksOf].flatMap(([endpoint, names]) => [
  `/${endpoint}`,
  ...names.map((name) => `/${endpoint}/${name}`),
])

/** Those that fail while nothing can be stored. */
const storageChecks: ReadonlySet<string> = new Set(['etcd', 'etcd-readiness'])

/** Why nothing can be stored; undefined when all is well. */
type StorageProblem = () => string | undefined

/**
 * `/healthz`, `/livez` and `/readyz`, with `verbose` and `exclude`, and each of their checks below
 * them, whatever the method; undefined for another path. As healthz in apiserver: what is wrong is
 * only told by the single check, which not everybody may ask for.
 */
export function healthResponse(
  path: string,
  query: URLSearchParams,
  storageProblem: StorageProblem,
): ApiResponse | undefined {
  const [, endpoint = '', ...rest] = path.split('/')
  const names = checksOf.get(endpoint)
  if (names === undefined) return undefined
  const name = rest.join('/')
  const problemOf = (check: string): string | undefined =>
    storageChecks.has(check) ? storageProblem() : undefined
  if (name !== '') return names.includes(name) ? checkResponse(problemOf(name)) : pageNotFound()
  return endpointResponse(endpoint, names, query, problemOf)
}

function checkResponse(problem: string | undefined): ApiResponse {
  if (problem === undefined) return textResponse(200, 'ok')
  return unsniffedText(500, `internal server error: ${problem}\n`)
}

function endpointResponse(
  endpoint: string,
  names: readonly string[],
  query: URLSearchParams,
  problemOf: (check: string) => string | undefined,
): ApiResponse {
  const excluded = new Set(query.getAll('exclude'))
  const failed = new Set(names.filter((each) => !excluded.has(each) && problemOf(each)))
  if (failed.size === 0 && !query.has('verbose')) return unsniffedText(200, 'ok')
  const unknown = [...excluded].filter((each) => !names.includes(each)).toSorted()
  const lines = [
    ...names.map((each) => {
      if (excluded.has(each)) return `[+]${each} excluded: ok`
      return failed.has(each) ? `[-]${each} failed: reason withheld` : `[+]${each} ok`
    }),
    ...(unknown.length === 0
      ? []
      : [
          `warn: some health checks cannot be excluded: no matches for ${unknown.map(goQuote).join(',')}`,
        ]),
    `${endpoint} check ${failed.size === 0 ? 'passed' : 'failed'}`,
  ]
  return unsniffedText(failed.size === 0 ? 200 : 500, `${lines.join('\n')}\n`)
}
