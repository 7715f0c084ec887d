import { goQuote, type KubernetesObject } from '@fairlead/kube-core'

import type { Change } from '../../storage/change.ts'
import type { Storage } from '../../storage/storage.ts'
import type { User } from '../user.ts'
import { type PolicyRule, rulesOfRole } from './policy-rule.ts'
import { type Binding, bindingOf, groupKey, type RoleReference, userKey } from './role-binding.ts'

/** Where roles and bindings are stored. */
export const rbacResources = {
  roles: 'roles.rbac.authorization.k8s.io',
  clusterRoles: 'clusterroles.rbac.authorization.k8s.io',
  roleBindings: 'rolebindings.rbac.authorization.k8s.io',
  clusterRoleBindings: 'clusterrolebindings.rbac.authorization.k8s.io',
} as const

/** A binding that applies to a user, and as which of its subjects. */
export interface AppliedBinding {
  readonly binding: Binding
  readonly subject: string
}

/** The rules of a role, or why there are none, in the API server's wording. */
type RulesOfReference =
  | { readonly rules: readonly PolicyRule[]; readonly missing?: undefined }
  | { readonly missing: string }

/** The bindings of one namespace, or of the cluster, by subject and then by name. */
type BindingsBySubject = Map<string, Map<string, AppliedBinding>>

/**
 * The stored roles and bindings, in the form in which decisions look them up. It is made, and then
 * follows changes, from the first question on: many servers are only used by their administrator.
 */
export class RoleIndex {
  readonly #storage: Storage
  /** By `namespace/name`; those of cluster roles begin with the slash. */
  readonly #rules = new Map<string, readonly PolicyRule[]>()
  readonly #bindings = new Map<string, BindingsBySubject>()
  /** Undefined until something is asked. */
  #unsubscribe: readonly (() => void)[] | undefined

  constructor(storage: Storage) {
    this.#storage = storage
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe ?? []) unsubscribe()
    this.#unsubscribe = []
  }

  /** The bindings of a namespace, or with an empty one of the cluster, that apply to a user. */
  *bindingsOf(user: User, namespace: string): Generator<AppliedBinding> {
    this.#fill()
    const bySubject = this.#bindings.get(namespace)
    if (bySubject === undefined) return
    yield* bySubject.get(userKey(user.name))?.values() ?? []
    for (const group of user.groups) yield* bySubject.get(groupKey(group))?.values() ?? []
  }

  /** The rules of a role that a binding in `namespace`, empty for the cluster, names. */
  rulesOf({ kind, name }: RoleReference, namespace: string): RulesOfReference {
    if (kind !== 'Role' && kind !== 'ClusterRole') {
      return { missing: `unsupported role reference kind: ${goQuote(kind)}` }
    }
    this.#fill()
    const rules = this.#rules.get(kind === 'Role' ? `${namespace}/${name}` : `/${name}`)
    if (rules !== undefined) return { rules }
    const resource = `${kind.toLowerCase()}.rbac.authorization.k8s.io`
    return { missing: `${resource} ${goQuote(name)} not found` }
  }

  #fill(): void {
    if (this.#unsubscribe !== undefined) return
    const { roles, clusterRoles, roleBindings, clusterRoleBindings } = rbacResources
    const setRole = (role: KubernetesObject): void =>
      void this.#rules.set(pathOf(role), rulesOfRole(role))
    const removeRole = (role: KubernetesObject): void => void this.#rules.delete(pathOf(role))
    const setBinding = (binding: KubernetesObject): void => this.#add(bindingOf(binding))
    const removeBinding = (binding: KubernetesObject): void => this.#remove(bindingOf(binding))
    this.#unsubscribe = [
      this.#follow(roles, setRole, removeRole),
      this.#follow(clusterRoles, setRole, removeRole),
      this.#follow(roleBindings, setBinding, removeBinding),
      this.#follow(clusterRoleBindings, setBinding, removeBinding),
    ]
  }

  #follow(
    resource: string,
    set: (object: KubernetesObject) => void,
    remove: (object: KubernetesObject) => void,
  ): () => void {
    for (const object of this.#storage.list({ resource }).objects) set(object)
    return this.#storage.subscribe(resource, ({ type, object, previous }: Change) => {
      if (previous !== undefined) remove(previous)
      if (type !== 'DELETED') set(object)
    })
  }

  #add(binding: Binding): void {
    const bySubject: BindingsBySubject = this.#bindings.get(binding.namespace) ?? new Map()
    this.#bindings.set(binding.namespace, bySubject)
    for (const { key, description } of binding.subjects) {
      const byName = bySubject.get(key) ?? new Map<string, AppliedBinding>()
      bySubject.set(key, byName)
      if (!byName.has(binding.name)) byName.set(binding.name, { binding, subject: description })
    }
  }

  #remove(binding: Binding): void {
    const bySubject = this.#bindings.get(binding.namespace)
    for (const { key } of binding.subjects) {
      const byName = bySubject?.get(key)
      byName?.delete(binding.name)
      if (byName?.size === 0) bySubject?.delete(key)
    }
    if (bySubject?.size === 0) this.#bindings.delete(binding.namespace)
  }
}

function pathOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}
