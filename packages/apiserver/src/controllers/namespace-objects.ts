import type { Logger } from '@fairlead/base'
import { deepEqual, isAlreadyExists, isForbidden, isNotFound } from '@fairlead/kube-core'

import { controllerUser } from '../auth/user.ts'
import { changeObject } from '../resources/change-object.ts'
import { createObject } from '../resources/create-object.ts'
import { actingAs, type ResourceContext } from '../resources/resource-context.ts'
import type { Change } from '../storage/change.ts'

/** What every namespace has. */
interface Wanted {
  /** The controller that sees to it in a cluster. */
  readonly controller: string
  readonly resource: string
  readonly kind: string
  readonly name: string
  readonly content: Readonly<Record<string, unknown>>
}

const options = {
  dryRun: false,
  fieldManager: 'kube-controller-manager',
  fieldValidation: 'Ignore',
  warn: () => {},
} as const

/**
 * Gives every namespace the ServiceAccount `default` and the ConfigMap `kube-root-ca.crt`, and gives
 * them back when they are deleted or the certificate in it was changed, as the service account
 * controller and the publisher of root certificates in kube-controller-manager.
 */
export class NamespaceObjects {
  readonly #context: ResourceContext
  readonly #logger: Logger
  readonly #wanted: readonly Wanted[]
  readonly #unsubscribe: readonly (() => void)[]

  /** @param caCertificate PEM of whom pods trust when they speak to the API server */
  constructor(context: ResourceContext, logger: Logger, caCertificate: string) {
    this.#context = context
    this.#logger = logger
    this.#wanted = [
      {
        controller: 'service-account-controller',
        resource: 'serviceaccounts',
        kind: 'ServiceAccount',
        name: 'default',
        content: {},
      },
      {
        controller: 'root-ca-cert-publisher',
        resource: 'configmaps',
        kind: 'ConfigMap',
        name: 'kube-root-ca.crt',
        content: { data: { 'ca.crt': caCertificate } },
      },
    ]
    const { storage } = context
    for (const { metadata } of storage.list({ resource: 'namespaces' }).objects) {
      this.#ensureAll(metadata.name ?? '')
    }
    this.#unsubscribe = [
      storage.subscribe('namespaces', ({ type, key }: Change) => {
        if (type === 'ADDED') this.#ensureAll(key.name)
      }),
      ...this.#wanted.map((wanted) =>
        storage.subscribe(wanted.resource, ({ key }: Change) => {
          if (key.name === wanted.name) void this.#ensure(wanted, key.namespace)
        }),
      ),
    ]
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #ensureAll(namespace: string): void {
    for (const wanted of this.#wanted) void this.#ensure(wanted, namespace)
  }

  async #ensure(wanted: Wanted, namespace: string): Promise<void> {
    const { resource, kind, name, content } = wanted
    const { storage, registry } = this.#context
    const owner = storage.get({ resource: 'namespaces', namespace: '', name: namespace })
    if (owner === undefined || owner.metadata.deletionTimestamp !== undefined) return
    const definition = registry.find('', 'v1', resource)
    if (definition === undefined) return
    const context = actingAs(this.#context, controllerUser(wanted.controller))
    const existing = storage.get({ resource, namespace, name })
    try {
      if (existing === undefined) {
        const body = { apiVersion: 'v1', kind, metadata: { name, namespace }, ...content }
        await createObject(context, { definition, namespace }, body, options)
      } else if (
        Object.entries(content).some(([field, value]) => !deepEqual(existing[field], value))
      ) {
        const target = { definition, namespace, name }
        const correct = (current: typeof existing): typeof existing => ({ ...current, ...content })
        await changeObject(context, target, correct, options, 'track')
      }
    } catch (error) {
      // The namespace is going, or somebody was faster.
      if (isForbidden(error) || isNotFound(error) || isAlreadyExists(error)) return
      this.#logger.warn({ error, namespace, name }, 'a namespace did not get what every one has')
    }
  }
}
