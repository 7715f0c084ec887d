import { parseGoDuration, type KubernetesObject } from '@fairlead/kube-core'
import { fairleadGroup, type ReferenceGrants } from './reference-grants.ts'
import { namespaceOf, resourceKey } from './resource-key.ts'
import type { SecretKeyRef } from '@fairlead/snapshot'

export interface ReferenceProblem {
  readonly reason: 'RefNotFound' | 'RefNotPermitted'
  readonly message: string
}

/** A resource with what was found out about it. */
export interface Judged<R extends KubernetesObject = KubernetesObject, S = unknown> {
  readonly resource: R
  readonly key: string
  /** What a snapshot holds of it; undefined when it cannot be used. */
  readonly settings: S | undefined
  /** Why it is not accepted; empty when it is. */
  readonly invalid: readonly string[]
  readonly referenceProblems: readonly ReferenceProblem[]
}

/** All resources of a kind that references may lead to. */
export interface Catalogue<R extends KubernetesObject = KubernetesObject, S = unknown> {
  readonly kind: string
  readonly byKey: ReadonlyMap<string, Judged<R, S>>
}

interface NamedReference {
  readonly name: string
  readonly namespace?: string
}

/** Collects what is wrong with one resource while its settings are read. */
export class Findings {
  readonly invalid: string[] = []
  readonly referenceProblems: ReferenceProblem[] = []
  readonly #from: KubernetesObject
  readonly #grants: ReferenceGrants

  constructor(from: KubernetesObject, grants: ReferenceGrants) {
    this.#from = from
    this.#grants = grants
  }

  /** The resource is not accepted; the message begins with the field's path. */
  reject(message: string): void {
    this.invalid.push(message)
  }

  /** A Go duration in milliseconds; a text that is none rejects the resource. */
  duration(text: string | undefined, path: string): number | undefined {
    if (text === undefined) return undefined
    try {
      return parseGoDuration(text)
    } catch {
      this.reject(`${path}: ${JSON.stringify(text)} is not a duration such as 30s or 1h30m`)
      return undefined
    }
  }

  /** A decimal string as a number; a text that is none rejects the resource. */
  decimal(text: string | number | undefined, path: string): number | undefined {
    if (text === undefined || text === '') return undefined
    const value = Number(text)
    if (Number.isFinite(value)) return value
    this.reject(`${path}: ${JSON.stringify(text)} is not a decimal number such as "0.2"`)
    return undefined
  }

  /** Where a Secret's key is. Whether it exists is for the replicas, which alone may read it. */
  secret(
    reference: NamedReference & { readonly key: string },
    path: string,
  ): SecretKeyRef | undefined {
    const namespace = reference.namespace ?? namespaceOf(this.#from)
    if (!this.#permits('', 'Secret', namespace, reference.name, path)) return undefined
    return { namespace, name: reference.name, key: reference.key }
  }

  /** The resource that a reference leads to; undefined, with the problem noted, when unusable. */
  target<R extends KubernetesObject, S>(
    catalogue: Catalogue<R, S>,
    reference: NamedReference,
    path: string,
  ): Judged<R, S> | undefined {
    const namespace = reference.namespace ?? namespaceOf(this.#from)
    const { kind } = catalogue
    if (!this.#permits(fairleadGroup, kind, namespace, reference.name, path)) return undefined
    const key = resourceKey(namespace, reference.name)
    const target = catalogue.byKey.get(key)
    if (target?.settings !== undefined) return target
    this.referenceProblems.push({
      reason: 'RefNotFound',
      message: target
        ? `${path}: ${kind} ${key} exists but cannot be used; see its conditions`
        : `${path}: ${kind} ${key} does not exist`,
    })
    return undefined
  }

  #permits(group: string, kind: string, namespace: string, name: string, path: string): boolean {
    const from = {
      group: fairleadGroup,
      kind: this.#from.kind,
      namespace: namespaceOf(this.#from),
    }
    if (this.#grants.permits(from, { group, kind, namespace, name })) return true
    this.referenceProblems.push({
      reason: 'RefNotPermitted',
      message:
        `${path}: no ReferenceGrant in namespace ${namespace} lets a ${from.kind} of namespace ` +
        `${from.namespace} refer to ${kind} ${resourceKey(namespace, name)}`,
    })
    return false
  }
}
