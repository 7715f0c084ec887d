import type { AdmissionExpressions, KubernetesObject } from '@fairlead/kube-core'

import type { Storage } from '../storage/storage.ts'
import { parseBinding, type Binding } from './binding.ts'

interface BoundPolicy<P> {
  readonly policy: P
  readonly bindings: readonly Binding[]
}

/** The stored policies of one sort with their bindings, read again after a change. */
export class PolicySource<P> {
  readonly #storage: Storage
  readonly #policies: string
  readonly #bindings: string
  readonly #parse: (policy: KubernetesObject) => P
  readonly #unsubscribe: readonly (() => void)[]
  /** By the stored object, so that what did not change is not compiled again. */
  #compiled = new Map<KubernetesObject, P>()
  #bound: readonly BoundPolicy<P>[] | undefined

  /** @param parse compiles a stored policy */
  constructor(
    storage: Storage,
    sort: 'mutating' | 'validating',
    expressions: AdmissionExpressions,
    parse: (policy: KubernetesObject, expressions: AdmissionExpressions) => P,
  ) {
    this.#storage = storage
    this.#policies = `${sort}admissionpolicies.admissionregistration.k8s.io`
    this.#bindings = `${sort}admissionpolicybindings.admissionregistration.k8s.io`
    this.#parse = (policy) => parse(policy, expressions)
    const forget = (): void => (this.#bound = undefined)
    this.#unsubscribe = [this.#policies, this.#bindings].map((each) =>
      storage.subscribe(each, forget),
    )
  }

  /** Those that a binding puts into force, by name. */
  all(): readonly BoundPolicy<P>[] {
    this.#bound ??= this.#read()
    return this.#bound
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #read(): readonly BoundPolicy<P>[] {
    const all = this.#storage.list({ resource: this.#bindings }).objects.map(parseBinding)
    const compiled = new Map<KubernetesObject, P>()
    const bound = this.#storage.list({ resource: this.#policies }).objects.flatMap((stored) => {
      const own = all.filter(({ policyName }) => policyName === stored.metadata.name)
      if (own.length === 0) return []
      const policy = this.#compiled.get(stored) ?? this.#parse(stored)
      compiled.set(stored, policy)
      return [{ policy, bindings: own }]
    })
    this.#compiled = compiled
    return bound
  }
}
