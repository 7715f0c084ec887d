import type { ApiRequest } from '../exchange/api-request.ts'
import { otherRequest, type RequestLabels } from '../metrics/request-metrics.ts'
import type { Registry } from '../resources/registry.ts'
import { isConnectRequest } from './long-running.ts'
import type { ResourcePath } from './request-path.ts'
import { verbOf } from './request-verb.ts'

/** The subresources that are counted by their names. */
const knownSubresources: ReadonlySet<string> = new Set([
  'approval',
  'attach',
  'binding',
  'ephemeralcontainers',
  'eviction',
  'exec',
  'finalize',
  'log',
  'portforward',
  'proxy',
  'resize',
  'scale',
  'status',
  'token',
])

/** What is counted by its path, and all that is below it. */
const knownPaths: readonly string[] = [
  '/healthz',
  '/livez',
  '/readyz',
  '/metrics',
  '/version',
  '/openapi/v2',
  '/openapi/v3',
  '/openid/v1/jwks',
  '/apis',
  '/api',
]

const verbOfRequest: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
}
const countedMethods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

/**
 * What a request is counted under, as CleanVerb and CleanScope in apiserver. Whatever clients make up,
 * resources and subresources that are not served are counted as none.
 */
export function labelsOf(
  request: Pick<ApiRequest, 'method' | 'path' | 'query' | 'contentType'>,
  path: ResourcePath | undefined,
  registry: Pick<Registry, 'find'>,
): RequestLabels {
  if (path === undefined) return pathLabels(request)
  const { group, version, resource, subresource = '', name, namespace } = path
  if (registry.find(group, version, resource) === undefined) return otherRequest
  const verb = verbOf(request, path)
  return {
    verb: countedVerb(request, path, verb),
    dry_run: dryRunOf(request.query),
    group,
    version,
    resource,
    subresource: knownSubresources.has(subresource) ? subresource : '',
    scope:
      name !== undefined || verb === 'create'
        ? 'resource'
        : namespace === ''
          ? 'cluster'
          : 'namespace',
    component: 'apiserver',
  }
}

function countedVerb(
  { contentType }: Pick<ApiRequest, 'contentType'>,
  path: ResourcePath,
  verb: string,
): string {
  if (isConnectRequest(path)) return 'CONNECT'
  if (verb === 'patch' && contentType.startsWith('application/apply-patch')) return 'APPLY'
  return verbOfRequest[verb] ?? otherRequest.verb
}

function pathLabels({ method, path }: Pick<ApiRequest, 'method' | 'path'>): RequestLabels {
  const known = knownPaths.find((each) => path === each || path.startsWith(`${each}/`)) ?? ''
  const verb = countedMethods.has(method) ? method : otherRequest.verb
  return { ...otherRequest, verb, subresource: known }
}

function dryRunOf(query: URLSearchParams): string {
  const values = query.getAll('dryRun')
  if (values.length === 0) return ''
  return values.every((value) => value === 'All') ? 'All' : 'invalid'
}
