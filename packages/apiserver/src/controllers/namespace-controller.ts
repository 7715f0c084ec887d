import type { Logger } from '@fairlead/base'
import {
  deepEqual,
  isNotFound,
  StatusError,
  timestamp,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { controllerUser } from '../auth/user.ts'
import { recordAt } from '../definitions/fields.ts'
import { resourceName } from '../definitions/resource-definition.ts'
import { changeObject } from '../resources/change-object.ts'
import { deleteObject } from '../resources/delete-object.ts'
import { actingAs, type ResourceContext, type WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import type { Change, StorageKey } from '../storage/change.ts'
import { conditionsOf, deletionConditions, type RemainingContent } from './namespace-conditions.ts'
import { WorkQueue } from './work-queue.ts'

const contentFinalizer = 'kubernetes'

/**
 * Deletes the contents of a terminating namespace and finalizes it when nothing is left. Objects
 * with finalizers delay that until they are gone; the conditions of the namespace tell of them.
 * What cannot be deleted is tried again.
 */
export class NamespaceController {
  readonly #context: WriteContext
  readonly #logger: Logger
  readonly #terminating = new Set<string>()
  readonly #queue: WorkQueue
  readonly #unsubscribe: () => void

  constructor(context: ResourceContext, logger: Logger) {
    this.#context = actingAs(context, controllerUser('namespace-controller'))
    this.#logger = logger
    this.#queue = new WorkQueue(context.clock, (name) => this.#empty(name))
    for (const namespace of context.storage.list({ resource: 'namespaces' }).objects) {
      this.#notice(namespace)
    }
    this.#unsubscribe = context.storage.subscribe('all', (change) => this.#onChange(change))
  }

  stop(): void {
    this.#unsubscribe()
    this.#queue.stop()
  }

  #onChange({ key, type, object }: Change): void {
    if (key.resource !== 'namespaces') {
      if (this.#terminating.has(key.namespace)) this.#queue.add(key.namespace)
    } else if (type === 'DELETED') this.#terminating.delete(key.name)
    else this.#notice(object)
  }

  #notice({ metadata }: KubernetesObject): void {
    const { name = '', deletionTimestamp } = metadata
    if (deletionTimestamp === undefined) return
    this.#terminating.add(name)
    this.#queue.add(name)
  }

  async #empty(name: string): Promise<void> {
    if (this.#context.storage.get(namespaceKey(name))?.metadata.deletionTimestamp === undefined) {
      return
    }
    const failures = await this.#deleteContent(name)
    const content = { ...this.#remaining(name), failures }
    if (content.resources.length === 0) this.#release(name)
    else await this.#report(name, content)
    if (failures.length > 0) throw new Error(`namespace ${name} cannot be emptied yet`)
  }

  /** Why some of it could not be deleted; that must not stop the rest. */
  async #deleteContent(namespace: string): Promise<string[]> {
    const failures: string[] = []
    for (const target of this.#contentOf(namespace)) {
      try {
        await deleteObject(this.#context, target, { dryRun: false, preconditions: {} })
      } catch (error) {
        if (isNotFound(error)) continue
        const resource = resourceName(target.definition)
        const where = { error, resource, namespace, name: target.name }
        this.#logger.warn(where, 'cannot delete the content of a namespace')
        failures.push(error instanceof StatusError ? error.message : `${resource} ${target.name}`)
      }
    }
    return failures
  }

  /** What is in a namespace and not being deleted yet. */
  #contentOf(namespace: string): ObjectTarget[] {
    const { registry, storage } = this.#context
    return registry
      .stored()
      .filter(({ namespaced }) => namespaced)
      .flatMap((definition) =>
        storage
          .list({ resource: definition.storageResource, namespace })
          .objects.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
          .map(({ metadata }) => ({ definition, namespace, name: metadata.name ?? '' })),
      )
  }

  #remaining(namespace: string): Omit<RemainingContent, 'failures'> {
    const { registry, storage } = this.#context
    const finalizers = new Map<string, number>()
    const resources = registry
      .stored()
      .filter(({ namespaced }) => namespaced)
      .map(({ plural, group, storageResource }) => {
        const { objects } = storage.list({ resource: storageResource, namespace })
        for (const { metadata } of objects) {
          for (const each of metadata.finalizers ?? []) {
            finalizers.set(each, (finalizers.get(each) ?? 0) + 1)
          }
        }
        return { plural, group, count: objects.length }
      })
    return { resources: resources.filter(({ count }) => count > 0), finalizers }
  }

  async #report(name: string, content: RemainingContent): Promise<void> {
    const definition = this.#context.registry.find('', 'v1', 'namespaces')
    if (definition === undefined) return
    const now = timestamp(this.#context.clock.now())
    const target = { definition, namespace: '', name, subresource: 'status' }
    const transform = (current: KubernetesObject): KubernetesObject => {
      const conditions = deletionConditions(content, conditionsOf(current), now)
      if (deepEqual(conditions, conditionsOf(current))) return current
      return { ...current, status: { ...recordAt(current, 'status'), conditions } }
    }
    await changeObject(this.#context, target, transform, writeOptions, 'track')
  }

  #release(name: string): void {
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
}

const writeOptions = {
  dryRun: false,
  fieldManager: 'kube-controller-manager',
  fieldValidation: 'Ignore',
  warn: () => {},
} as const

function namespaceKey(name: string): StorageKey {
  return { resource: 'namespaces', namespace: '', name }
}

function finalizersOf(namespace: KubernetesObject): unknown[] {
  const { finalizers } = recordAt(namespace, 'spec')
  return Array.isArray(finalizers) ? finalizers : []
}
