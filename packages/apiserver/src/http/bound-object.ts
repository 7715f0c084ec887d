import { errors, goQuote, parseApiVersion, type KubernetesObject } from '@fairlead/kube-core'

import type { TokenOrder } from '../auth/service-account-token.ts'
import type { ClaimedObject } from '../auth/token-claims.ts'
import { recordAt, textAt } from '../definitions/fields.ts'
import type { Storage } from '../storage/storage.ts'

/**
 * What a token for `account` is bound to by the `boundObjectRef` of a TokenRequest.
 * @throws StatusError 404, 400 for another kind or another account's pod, 409 for another UID
 */
export function boundObjects(
  storage: Pick<Storage, 'get'>,
  { namespace, name: accountName }: TokenOrder['account'],
  reference: Readonly<Record<string, unknown>>,
): TokenOrder['bound'] {
  const [apiVersion, kind, name] = ['apiVersion', 'kind', 'name'].map((field) =>
    textAt(reference, field),
  ) as [string, string, string]
  const { group, version } = parseApiVersion(apiVersion)
  const isCore = group === ''
  if (isCore && kind === 'Pod') {
    const pod = find(storage, { resource: 'pods', namespace, name })
    const spec = recordAt(pod, 'spec')
    if (textAt(spec, 'serviceAccountName') !== accountName) {
      throw errors.badRequest(
        `cannot bind token for serviceaccount ${goQuote(accountName)} to pod running with different serviceaccount name.`,
      )
    }
    const node = nodeOf(storage, textAt(spec, 'nodeName'))
    return { pod: claimed(pod, reference), ...(node === undefined ? {} : { node }) }
  }
  if (isCore && kind === 'Node') {
    return { node: claimed(find(storage, { resource: 'nodes', namespace: '', name }), reference) }
  }
  if (isCore && kind === 'Secret') {
    return { secret: claimed(find(storage, { resource: 'secrets', namespace, name }), reference) }
  }
  throw errors.badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`)
}

function find(
  storage: Pick<Storage, 'get'>,
  key: { readonly resource: string; readonly namespace: string; readonly name: string },
): KubernetesObject {
  const object = storage.get(key)
  if (object === undefined) throw errors.notFound(key.resource, key.name)
  return object
}

function claimed(
  { kind, metadata }: KubernetesObject,
  reference: Readonly<Record<string, unknown>>,
): ClaimedObject {
  const { name = '', uid = '' } = metadata
  const wanted = textAt(reference, 'uid')
  if (wanted === '' || wanted === uid) return { name, uid }
  throw errors.conflict(
    kind,
    name,
    `the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`,
  )
}

/** The node of a pod is told even if it does not exist. */
function nodeOf(storage: Pick<Storage, 'get'>, name: string): ClaimedObject | undefined {
  if (name === '') return undefined
  const uid = storage.get({ resource: 'nodes', namespace: '', name })?.metadata.uid
  return uid === undefined ? { name } : { name, uid }
}
