import { errors } from '@fairlead/kube-core'

import type { ResourcePath } from './request-path.ts'

const usual = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']
const streamed = [
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
]
/** Subresources that are connections, and send what they like. */
const connections: ReadonlySet<string> = new Set(['attach', 'exec', 'portforward', 'proxy'])

/**
 * Checks that the route to a built-in kind sends something that its client accepts, as go-restful's
 * router does before Kubernetes sees a request: it knows no patterns but one, and no parameters.
 * @throws StatusError 406
 */
export function requireRepresentation(accept: string, path: ResourcePath, method: string): void {
  const { name, subresource = '', watches } = path
  if (accept === '' || connections.has(subresource)) return
  const produced = [
    ...(subresource === 'log' ? ['text/plain'] : []),
    ...usual,
    ...(watches || (name === undefined && method === 'GET') ? streamed : []),
  ]
  const accepted = accept.split(',').map((clause) => (clause.split(';')[0] ?? '').trim())
  if (accepted.some((type) => type === '*/*' || produced.includes(type))) return
  const available = produced.join(', ')
  throw errors.notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${available}`, {})
}
