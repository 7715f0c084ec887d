import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt } from '../definitions/built-in-kind.ts'
import { deleteObject } from '../resources/delete-object.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { Change, StorageKey } from '../storage/change.ts'

const contentFinalizer = 'kubernetes'

/**
 * Empties a namespace that is being deleted, and lets it go when nothing is left. Objects with
 * finalizers hold it up until they are gone.
 */
export class NamespaceController {
  readonly #context: ResourceContext
  readonly #terminating = new Set<string>()
  readonly #unsubscribe: () => void

  constructor(context: ResourceContext) {
    this.#context = context
    for (const namespace of context.storage.list({ resource: 'namespaces' }).objects) {
      this.#reconcile(namespace)
    }
    this.#unsubscribe = context.storage.subscribe('all', (change) => this.#onChange(change))
  }

  stop(): void {
    this.#unsubscribe()
  }

  #onChange({ key, type }: Change): void {
    if (key.resource === 'namespaces') {
      const current = this.#context.storage.get(key)
      if (current === undefined) this.#terminating.delete(key.name)
      else this.#reconcile(current)
    } else if (type === 'DELETED' && this.#terminating.has(key.namespace)) {
      const namespace = this.#context.storage.get(namespaceKey(key.namespace))
      if (namespace !== undefined) this.#releaseWhenEmpty(namespace)
    }
  }

  #reconcile(namespace: KubernetesObject): void {
    const { name = '', deletionTimestamp } = namespace.metadata
    if (deletionTimestamp === undefined) return
    if (!this.#terminating.has(name)) {
      this.#terminating.add(name)
      this.#deleteContent(name)
    }
    this.#releaseWhenEmpty(namespace)
  }

  #deleteContent(namespace: string): void {
    for (const definition of this.#context.registry.stored()) {
      if (!definition.namespaced) continue
      const scope = { resource: definition.storageResource, namespace }
      for (const { metadata } of this.#context.storage.list(scope).objects) {
        deleteObject(
          this.#context,
          { definition, namespace, name: metadata.name ?? '' },
          { dryRun: false, preconditions: {} },
        )
      }
    }
  }

  #releaseWhenEmpty(namespace: KubernetesObject): void {
    const { name = '' } = namespace.metadata
    if (!this.#isEmpty(name)) return
    const { storage } = this.#context
    const key = namespaceKey(name)
    const current = storage.get(key)
    if (current === undefined) return
    const finalizers = finalizersOf(current).filter((each) => each !== contentFinalizer)
    const revision = current.metadata.resourceVersion ?? ''
    if (finalizers.length === 0 && !current.metadata.finalizers?.length) {
      storage.delete(key, revision)
    } else if (finalizers.length !== finalizersOf(current).length) {
      storage.update(key, { ...current, spec: { finalizers } }, revision)
    }
  }

  #isEmpty(namespace: string): boolean {
    const { registry, storage } = this.#context
    return registry
      .stored()
      .filter(({ namespaced }) => namespaced)
      .every(({ storageResource }) => storage.isEmpty({ resource: storageResource, namespace }))
  }
}

function namespaceKey(name: string): StorageKey {
  return { resource: 'namespaces', namespace: '', name }
}

function finalizersOf(namespace: KubernetesObject): unknown[] {
  const { finalizers } = recordAt(namespace, 'spec')
  return Array.isArray(finalizers) ? finalizers : []
}
