import type { Logger } from '@fairlead/base'
import { isNotFound, type KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../auth/user.ts'
import { recordAt } from '../definitions/fields.ts'
import { resourceName } from '../definitions/resource-definition.ts'
import { deleteObject } from '../resources/delete-object.ts'
import { actingAs, type ResourceContext, type WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import type { Change, StorageKey } from '../storage/change.ts'

const contentFinalizer = 'kubernetes'

/**
 * Deletes the contents of a terminating namespace and finalizes it when nothing is left. Objects
 * with finalizers delay that until they are gone.
 */
export class NamespaceController {
  readonly #context: WriteContext
  readonly #logger: Logger
  readonly #terminating = new Set<string>()
  readonly #unsubscribe: () => void

  constructor(context: ResourceContext, logger: Logger) {
    this.#context = actingAs(context, controllerUser('namespace-controller'))
    this.#logger = logger
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
        void this.#delete({ definition, namespace, name: metadata.name ?? '' })
      }
    }
  }

  /** An object that cannot be deleted must not stop the others. */
  async #delete(target: ObjectTarget): Promise<void> {
    try {
      await deleteObject(this.#context, target, { dryRun: false, preconditions: {} })
    } catch (error) {
      if (isNotFound(error)) return
      const { definition, namespace, name } = target
      const resource = resourceName(definition)
      this.#logger.warn(
        { error, resource, namespace, name },
        'cannot delete the content of a namespace',
      )
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
