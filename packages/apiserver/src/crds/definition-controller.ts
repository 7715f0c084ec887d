import { canonicalJson, type Logger } from '@fairlead/base'
import {
  deepEqual,
  isNotFound,
  type CustomResourceDefinitionObject,
  type KubernetesObject,
  timestamp,
  trackUpdate,
} from '@fairlead/kube-core'

import { apiServerUser } from '../auth/user.ts'
import { resourceName, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { deleteObject } from '../resources/delete-object.ts'
import { actingAs, type ResourceContext, type WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import type { Change } from '../storage/change.ts'
import type { WebhookClient } from '../webhooks/webhook-client.ts'
import { customKinds, storageKind } from './custom-kind.ts'
import { conditionsOf } from './definition-conditions.ts'
import { cleanupFinalizer, definitionResource } from './definition-kind.ts'
import {
  isTrue,
  statusOf,
  withCondition,
  type DefinitionCondition,
  type DefinitionStatus,
} from './definition-status.ts'
import { judgeNames } from './name-conflicts.ts'

/** How a definition is served at the moment. */
interface ServedForm {
  readonly form: string
  readonly as: 'established' | 'terminating' | 'hidden'
  /** The revision since which its form has been the same. */
  readonly since: number
}

/**
 * Manages the lifecycle of CustomResourceDefinitions: accepts their names, serves their kinds, and
 * on deletion removes all objects of the kind before the definition itself.
 *
 * Runs within the write that triggers it: when the response to a create arrives, the kind is
 * served.
 */
export class DefinitionController {
  readonly #context: WriteContext
  readonly #webhooks: Pick<WebhookClient, 'call'>
  readonly #logger: Logger
  readonly #unsubscribe: () => void
  /** What is served for each definition, so that a status change recompiles nothing. */
  readonly #served = new Map<string, ServedForm>()

  /** @param webhooks calls those that convert objects */
  constructor(context: ResourceContext, webhooks: Pick<WebhookClient, 'call'>, logger: Logger) {
    this.#context = actingAs(context, apiServerUser)
    this.#webhooks = webhooks
    this.#logger = logger
    for (const definition of this.#all()) this.#reconcile(definition)
    this.#unsubscribe = context.storage.subscribe('all', (change) => this.#onChange(change))
  }

  stop(): void {
    this.#unsubscribe()
  }

  #onChange(change: Change): void {
    if (change.key.resource === definitionResource) {
      const current = this.#context.storage.get(change.key)
      if (current === undefined) this.#forget(change.object as CustomResourceDefinitionObject)
      else this.#reconcile(current as CustomResourceDefinitionObject)
    } else if (change.type === 'DELETED') this.#continueCleanup(change.key.resource)
  }

  #all(): CustomResourceDefinitionObject[] {
    const { objects } = this.#context.storage.list({ resource: definitionResource })
    return objects as unknown as CustomResourceDefinitionObject[]
  }

  /** A definition that cannot be served must not affect the others. */
  #reconcile(definition: CustomResourceDefinitionObject): void {
    try {
      this.#advance(definition)
    } catch (error) {
      this.#logger.error({ error, name: definition.metadata.name }, 'cannot serve a definition')
    }
  }

  #advance(definition: CustomResourceDefinitionObject): void {
    if (definition.metadata.deletionTimestamp === undefined) this.#establish(definition)
    else this.#cleanUp(definition)
  }

  #establish(definition: CustomResourceDefinitionObject): void {
    const status = this.#statusWithNames(definition)
    const current = this.#writeStatus(definition, status)
    this.#serve(current, isTrue(status, 'Established') ? 'established' : 'hidden')
    if (!deepEqual(status.acceptedNames, statusOf(definition).acceptedNames)) {
      this.#reconsiderOthers(definition)
    }
  }

  #statusWithNames(definition: CustomResourceDefinitionObject): DefinitionStatus {
    const now = timestamp(this.#context.clock.now())
    const status = statusOf(definition)
    const { accepted, conflict } = judgeNames(definition, this.#all())
    return {
      ...status,
      conditions: conditionsOf(definition, conflict).reduce<readonly DefinitionCondition[]>(
        (all, condition) => withCondition(all, condition, now),
        status.conditions,
      ),
      acceptedNames: accepted,
    }
  }

  #serve(
    definition: CustomResourceDefinitionObject,
    as: 'established' | 'terminating' | 'hidden',
  ): void {
    const { name, uid, generation } = definition.metadata
    const { acceptedNames } = statusOf(definition)
    const form = `${uid}/${generation}/${canonicalJson(acceptedNames)}`
    const before = this.#served.get(name)
    const isSame = before?.form === form
    if (isSame && before.as === as) return
    const since = isSame ? before.since : this.#context.storage.revision
    this.#served.set(name, { form, as, since })
    const names = { ...definition.spec.names, shortNames: [], ...acceptedNames }
    const named = { ...definition, spec: { ...definition.spec, names } }
    const kinds = as === 'hidden' ? [] : this.#kinds(named, as === 'terminating')
    const served = kinds.map((kind) => ({ ...kind, servedSince: since }))
    this.#context.registry.replaceCustom(name, served)
  }

  #kinds(definition: CustomResourceDefinitionObject, terminating: boolean): ResourceDefinition[] {
    return customKinds(definition, { terminating, webhooks: this.#webhooks })
  }

  #cleanUp(definition: CustomResourceDefinitionObject): void {
    if (!definition.metadata.finalizers?.includes(cleanupFinalizer)) return
    this.#serve(definition, 'terminating')
    this.#deleteInstances(definition)
    if (!this.#context.storage.isEmpty({ resource: storageResourceOf(definition) })) {
      this.#writeTerminating(
        definition,
        'InstanceDeletionInProgress',
        'CustomResource deletion is in progress',
      )
      return
    }
    this.#finish(definition)
  }

  #deleteInstances(definition: CustomResourceDefinitionObject): void {
    const { storage } = this.#context
    const kind = storageKind(definition, { terminating: true, webhooks: this.#webhooks })
    const resource = storageResourceOf(definition)
    if (kind === undefined) return
    for (const { metadata } of storage.list({ resource }).objects) {
      if (metadata.deletionTimestamp !== undefined) continue
      const { name = '', namespace = '' } = metadata
      void this.#deleteInstance({ definition: kind, namespace, name })
    }
  }

  /** An object that cannot be deleted must not stop the others. */
  async #deleteInstance(target: ObjectTarget): Promise<void> {
    try {
      await deleteObject(this.#context, target, { dryRun: false, preconditions: {} })
    } catch (error) {
      if (isNotFound(error)) return
      const { definition, namespace, name } = target
      const resource = resourceName(definition)
      this.#logger.warn(
        { error, resource, namespace, name },
        'cannot delete an object of a kind that goes',
      )
    }
  }

  #finish(definition: CustomResourceDefinitionObject): void {
    const { storage } = this.#context
    const key = keyOf(definition)
    const current = storage.get(key)
    if (current === undefined) return
    const finalizers = (current.metadata.finalizers ?? []).filter(
      (finalizer) => finalizer !== cleanupFinalizer,
    )
    if (finalizers.length === 0) {
      storage.delete(key, current.metadata.resourceVersion ?? '')
      return
    }
    const metadata = { ...current.metadata, finalizers }
    storage.update(key, { ...current, metadata }, current.metadata.resourceVersion ?? '')
  }

  #continueCleanup(resource: string): void {
    if (!this.#context.storage.isEmpty({ resource })) return
    const name = resource
    const definition = this.#context.storage.get({
      resource: definitionResource,
      namespace: '',
      name,
    })
    if (definition?.metadata.deletionTimestamp === undefined) return
    this.#cleanUp(definition as CustomResourceDefinitionObject)
  }

  #forget(definition: CustomResourceDefinitionObject): void {
    const { name } = definition.metadata
    this.#served.delete(name)
    this.#context.registry.replaceCustom(name, [])
    this.#reconsiderOthers(definition)
  }

  /** Names of it may be free now, for which another definition is waiting. */
  #reconsiderOthers(definition: CustomResourceDefinitionObject): void {
    for (const other of this.#all()) {
      if (other.metadata.name === definition.metadata.name) continue
      const waits = !isTrue(statusOf(other), 'NamesAccepted')
      if (waits && other.spec.group === definition.spec.group) this.#reconcile(other)
    }
  }

  #writeTerminating(
    definition: CustomResourceDefinitionObject,
    reason: string,
    message: string,
  ): void {
    const status = statusOf(definition)
    const condition = { type: 'Terminating', status: 'True', reason, message } as const
    const now = timestamp(this.#context.clock.now())
    const conditions = withCondition(status.conditions, condition, now)
    this.#writeStatus(definition, { ...status, conditions })
  }

  #writeStatus(
    definition: CustomResourceDefinitionObject,
    status: DefinitionStatus,
  ): CustomResourceDefinitionObject {
    if (deepEqual(status, definition['status'])) return definition
    const { resourceVersion = '' } = definition.metadata
    const { registry, clock } = this.#context
    const kind = registry.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')
    const after = trackUpdate({
      before: definition,
      after: { ...definition, status },
      schema: kind?.schema ?? {},
      manager: 'kube-apiserver',
      subresource: 'status',
      now: timestamp(clock.now()),
    })
    return this.#context.storage.update(
      keyOf(definition),
      after,
      resourceVersion,
    ) as CustomResourceDefinitionObject
  }
}

function keyOf({ metadata }: KubernetesObject) {
  return { resource: definitionResource, namespace: '', name: metadata.name ?? '' }
}

function storageResourceOf({ spec }: CustomResourceDefinitionObject): string {
  return `${spec.names.plural}.${spec.group}`
}
