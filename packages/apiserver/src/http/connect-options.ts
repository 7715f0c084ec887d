import { errors, goQuote, type GroupVersionKind, type KubernetesObject } from '@fairlead/kube-core'

import { apiType, type ApiField } from '../api-types/api-type.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { parseResourcePath } from './request-path.ts'

/** What a connection to a subresource takes, such as PodExecOptions. */
interface ConnectOptions {
  readonly kind: GroupVersionKind
  /** Unlike other objects it has no metadata. */
  readonly object: KubernetesObject
}

/**
 * The options of a connection, from its query and the rest of its path, as Go would write them;
 * undefined for a subresource that nobody connects to. @throws StatusError 400
 */
export function connectOptions(
  request: ApiRequest,
  { definition, subresource }: ObjectTarget,
): ConnectOptions | undefined {
  const found = definition.subresources?.find(({ name }) => name === subresource)
  if (found === undefined || !found.kind.endsWith('Options')) return undefined
  const { group, version, kind } = found
  const { fields } = apiType(`io.k8s.api.core.v1.${kind}`)
  const given = fields.flatMap((field) => {
    const texts = field.name === 'path' ? [pathBehind(request)] : request.query.getAll(field.name)
    const value = valueOf(field, texts)
    return value === undefined && field.omitsEmpty ? [] : [[field.name, value ?? null] as const]
  })
  const object = { kind, apiVersion: version, ...Object.fromEntries(given) }
  return { kind: { group, version, kind }, object: object as unknown as KubernetesObject }
}

/** Undefined for Go's zero value. */
function valueOf({ type }: ApiField, texts: readonly string[]): unknown {
  const [first] = texts
  if (first === undefined) return undefined
  if (type.kind === 'list') {
    return type.items.kind === 'scalar' && type.items.scalar === 'int32' ? texts.map(int) : texts
  }
  const isBoolean = type.kind === 'scalar' && type.scalar === 'bool'
  if (!isBoolean) return first === '' ? undefined : first
  return first === '0' || first.toLowerCase() === 'false' ? undefined : true
}

function int(text: string): number {
  const value = Number(text)
  const refuse = (why: string): Error =>
    errors.badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: ${why}`)
  if (!/^[+-]?\d+$/.test(text)) throw refuse('invalid syntax')
  if (value > 2 ** 31 - 1 || value < -(2 ** 31)) throw refuse('value out of range')
  return value
}

/** What follows the subresource, with the slash at its end. */
function pathBehind({ path }: ApiRequest): string {
  const { subpath = '' } = parseResourcePath(path) ?? {}
  const plain = subpath === '' ? '' : `/${subpath}`
  return path.endsWith('/') && !plain.endsWith('/') ? `${plain}/` : plain
}
