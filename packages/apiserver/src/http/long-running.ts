import type { ApiRequest } from '../exchange/api-request.ts'
import { parseFlag } from '../exchange/query-parameters.ts'
import type { ResourcePath } from './request-path.ts'

/** As CompletedConfig's default LongRunningFunc of kube-apiserver names them. */
const connectSubresources: ReadonlySet<string> = new Set([
  'attach',
  'exec',
  'log',
  'portforward',
  'proxy',
])

/** Whether a request is for a connection to what runs, such as a terminal. */
export function isConnectRequest({ subresource }: ResourcePath): boolean {
  return subresource !== undefined && connectSubresources.has(subresource)
}

/** Whether a request may take as long as it likes: a watch, or a connection to what runs. */
export function isLongRunning(
  { method, query }: Pick<ApiRequest, 'method' | 'query'>,
  path: ResourcePath | undefined,
): boolean {
  if (path === undefined) return false
  if (path.watches || isConnectRequest(path)) return true
  return method === 'GET' && parseFlag(query, 'watch') === true
}
