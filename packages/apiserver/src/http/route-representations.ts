import { requireProduced, usualTypes } from '../exchange/require-produced.ts'
import type { ResourcePath } from './request-path.ts'

const streamed = [
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
]
/** Subresources that are connections, and send what they like. */
const connections: ReadonlySet<string> = new Set(['attach', 'exec', 'portforward', 'proxy'])

/**
 * Checks that the route to a built-in kind sends something that its client accepts.
 * @throws StatusError 406
 */
export function requireRepresentation(accept: string, path: ResourcePath, method: string): void {
  const { name, subresource = '', watches } = path
  if (connections.has(subresource)) return
  requireProduced(accept, [
    ...(subresource === 'log' ? ['text/plain'] : []),
    ...usualTypes,
    ...(watches || (name === undefined && method === 'GET') ? streamed : []),
  ])
}
