import { errors } from '@fairlead/kube-core'

/** What most routes send. */
export const usualTypes = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
] as const

/**
 * Checks that a route sends something that its client accepts, as go-restful's router does before
 * Kubernetes sees a request: it knows no patterns but one, and no parameters.
 * @throws StatusError 406
 */
export function requireProduced(accept: string, produced: readonly string[]): void {
  if (accept === '') return
  const accepted = accept.split(',').map((clause) => (clause.split(';')[0] ?? '').trim())
  if (accepted.some((type) => type === '*/*' || produced.includes(type))) return
  const available = produced.join(', ')
  throw errors.notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${available}`, {})
}
