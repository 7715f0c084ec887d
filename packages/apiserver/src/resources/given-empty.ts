import type { KubernetesObject } from '@fairlead/kube-core'

import type { EmptyValues } from '../decoding/empty-values.ts'

/** Where an object that a client has sent keeps what was empty in it. */
const givenEmpty = Symbol('empty lists and maps')

/** Leaves out the empty lists and maps that Go does not write; the object remembers them. */
export function withoutEmptyValues(object: KubernetesObject, empty: EmptyValues): KubernetesObject {
  if (empty.length === 0) return object
  empty.omit()
  return Object.assign(object, { [givenEmpty]: empty })
}

/** Makes null what was empty in `decoded`, and is when it has been stored. Changes `object`. */
export function storeEmptyValues(object: KubernetesObject, decoded: KubernetesObject): void {
  emptyIn(decoded)?.store(object)
}

/**
 * What has become of an object, with the empty lists and maps that its client had sent, because
 * messages show them otherwise than absent ones. The object itself when there were none.
 */
export function asGiven(object: KubernetesObject, decoded: KubernetesObject): KubernetesObject {
  return emptyIn(decoded)?.restoredIn(object) ?? object
}

function emptyIn(decoded: KubernetesObject): EmptyValues | undefined {
  return (decoded as { [givenEmpty]?: EmptyValues })[givenEmpty]
}
