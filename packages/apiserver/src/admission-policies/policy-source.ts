import type { AdmissionExpressions, KubernetesObject } from '@fairlead/kube-core'

import type { Storage } from '../storage/storage.ts'
import { parseBinding, type Binding } from './binding.ts'
import { parsePolicy, type Policy } from './policy.ts'

const policies = 'validatingadmissionpolicies.admissionregistration.k8s.io'
const bindings = 'validatingadmissionpolicybindings.admissionregistration.k8s.io'

interface BoundPolicy {
  readonly policy: Policy
  readonly bindings: readonly Binding[]
}

/** The stored policies with their bindings, read again after a change. */
export class PolicySource {
  readonly #storage: Storage
  readonly #expressions: AdmissionExpressions
  readonly #unsubscribe: readonly (() => void)[]
  /** By the stored object, so that what did not change is not compiled again. */
  #compiled = new Map<KubernetesObject, Policy>()
  #bound: readonly BoundPolicy[] | undefined

  constructor(storage: Storage, expressions: AdmissionExpressions) {
    this.#storage = storage
    this.#expressions = expressions
    const forget = (): void => (this.#bound = undefined)
    this.#unsubscribe = [policies, bindings].map((each) => storage.subscribe(each, forget))
  }

  /** Those that a binding puts into force, by name. */
  all(): readonly BoundPolicy[] {
    this.#bound ??= this.#read()
    return this.#bound
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #read(): readonly BoundPolicy[] {
    const all = this.#storage.list({ resource: bindings }).objects.map(parseBinding)
    const compiled = new Map<KubernetesObject, Policy>()
    const bound = this.#storage.list({ resource: policies }).objects.flatMap((stored) => {
      const own = all.filter(({ policyName }) => policyName === stored.metadata.name)
      if (own.length === 0) return []
      const policy = this.#compiled.get(stored) ?? parsePolicy(stored, this.#expressions)
      compiled.set(stored, policy)
      return [{ policy, bindings: own }]
    })
    this.#compiled = compiled
    return bound
  }
}
