import { arrayOrEmpty, canonicalJson, isJsonObject, type Logger } from '@fairlead/base'
import {
  deepEqual,
  isConflict,
  isNotFound,
  type KubernetesObject,
  labelSelectorFrom,
} from '@fairlead/kube-core'

import { rbacResources } from '../auth/rbac/role-index.ts'
import { controllerUser } from '../auth/user.ts'
import { recordAt } from '../definitions/fields.ts'
import { changeObject } from '../resources/change-object.ts'
import { actingAs, type ResourceContext, type WriteContext } from '../resources/resource-context.ts'
import type { Change } from '../storage/change.ts'

const manager = 'clusterrole-aggregation-controller'
const resource = rbacResources.clusterRoles

/**
 * Keeps the rules of cluster roles with an `aggregationRule`: those of all roles that its selectors
 * choose, by name and each once, as Kubernetes' controller of that name. It writes only where they
 * differ. Runs in a later turn of the event loop than the change that causes it.
 */
export class ClusterRoleAggregation {
  readonly #context: WriteContext
  readonly #logger: Logger
  readonly #unsubscribe: () => void
  #scheduled: NodeJS.Immediate | undefined

  constructor(context: ResourceContext, logger: Logger) {
    this.#context = actingAs(context, controllerUser(manager))
    this.#logger = logger
    this.#unsubscribe = context.storage.subscribe(resource, (change) => this.#onChange(change))
    this.#schedule()
  }

  stop(): void {
    this.#unsubscribe()
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled)
  }

  #onChange({ object, previous }: Change): void {
    const matters = [object, previous].some(
      (role) => role !== undefined && (aggregates(role) || role.metadata.labels !== undefined),
    )
    if (matters) this.#schedule()
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined
      void this.#aggregate()
    })
  }

  async #aggregate(): Promise<void> {
    const { objects } = this.#context.storage.list({ resource })
    for (const role of objects) {
      if (!aggregates(role) || role.metadata.deletionTimestamp !== undefined) continue
      try {
        const rules = rulesFor(role, objects)
        if (!deepEqual(arrayOrEmpty(role['rules']), rules)) await this.#write(role, rules)
      } catch (error) {
        // Somebody else has changed or deleted it, and that comes as a change of its own.
        if (isNotFound(error) || isConflict(error)) continue
        const { name } = role.metadata
        this.#logger.warn({ error, clusterRole: name }, 'the rules of a role were not gathered')
      }
    }
  }

  async #write({ metadata }: KubernetesObject, rules: readonly unknown[]): Promise<void> {
    const definition = this.#context.registry.find(
      'rbac.authorization.k8s.io',
      'v1',
      'clusterroles',
    )
    if (definition === undefined) return
    const { name = '', resourceVersion } = metadata
    await changeObject(
      this.#context,
      { definition, namespace: '', name },
      (current) => ({ ...current, metadata: { ...current.metadata, resourceVersion }, rules }),
      { dryRun: false, fieldManager: manager, fieldValidation: 'Ignore', warn: () => {} },
      'track',
    )
  }
}

function aggregates(role: KubernetesObject): boolean {
  return isJsonObject(role['aggregationRule'])
}

/** In the order of the selectors and then of the roles' names. */
function rulesFor(role: KubernetesObject, roles: readonly KubernetesObject[]): unknown[] {
  const selectors = arrayOrEmpty(recordAt(role, 'aggregationRule')['clusterRoleSelectors'])
  const rules = new Map<string, unknown>()
  for (const spec of selectors) {
    const selector = labelSelectorFrom(isJsonObject(spec) ? spec : {})
    for (const other of roles) {
      if (other.metadata.name === role.metadata.name) continue
      if (!selector.matches(other.metadata.labels)) continue
      for (const rule of arrayOrEmpty(other['rules'])) rules.set(canonicalJson(rule), rule)
    }
  }
  return [...rules.values()]
}
