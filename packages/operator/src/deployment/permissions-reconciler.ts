import { LLMGateway } from '@fairlead/api'
import { configMapNamesOf, endpointPoolsOf, secretNamesOf } from '@fairlead/config'
import {
  controllerBuilder,
  hasFinalizer,
  isBeingDeleted,
  keyOf,
  keyText,
  type DeepReadonly,
  type Manager,
  type Reconcile,
  withFinalizer,
  withoutFinalizer,
} from '@fairlead/controller-runtime'
import { deepEqual, isNotFound, type KubernetesObject } from '@fairlead/kube-core'
import type { DeployedGateway } from './deployed-gateway.ts'
import { gatewayKey, type DeploymentSettings, type GatewayKey } from './deployment-settings.ts'
import {
  gatewayNamespaceLabel,
  permissionsOf,
  permissionTypes,
  type Permission,
} from './permissions.ts'

/** Keeps a gateway until its permissions, which it cannot own in other namespaces, are gone. */
const finalizer = 'fairlead.dev/gateway-permissions'

/**
 * Adds the controller `gateway-permissions`, which keeps the Roles and bindings of the gateways that
 * the operator runs as their configuration needs them.
 */
export function reconcilePermissions(manager: Manager, settings: DeploymentSettings): void {
  const builder = controllerBuilder(manager).for(LLMGateway).named('gateway-permissions')
  for (const type of permissionTypes) builder.watches(type, gatewayOfPermission)
  settings.watchConfiguration(builder)
  builder.build(reconciler(manager, settings))
}

/** The gateway that a permission is for, by its labels. */
function gatewayOfPermission({ metadata }: DeepReadonly<KubernetesObject>) {
  const namespace = metadata.labels?.[gatewayNamespaceLabel]
  const name = metadata.labels?.['fairlead.dev/gateway']
  return namespace === undefined || name === undefined ? [] : [{ namespace, name }]
}

function reconciler(manager: Manager, settings: DeploymentSettings): Reconcile<GatewayKey> {
  const { cache } = manager
  return async (request, { signal }) => {
    const gateway = cache.get(LLMGateway, request)
    if (gateway === undefined) return undefined
    const deployed = isBeingDeleted(gateway) ? undefined : settings.deployed(gateway)
    if (deployed === undefined && !hasFinalizer(gateway, finalizer)) return undefined
    if (deployed !== undefined) {
      await writeFinalizers(manager, gateway, withFinalizer(gateway, finalizer), signal)
    }
    const desired = deployed === undefined ? [] : desiredFor(deployed, settings)
    for (const one of desired) await keep(one, manager, settings.fieldManager, signal)
    await deleteOthers(desired, gateway, manager, signal)
    if (deployed === undefined) {
      await writeFinalizers(manager, gateway, withoutFinalizer(gateway, finalizer), signal)
    }
    return undefined
  }
}

function desiredFor(deployed: DeployedGateway, { snapshotOf }: DeploymentSettings) {
  const snapshot = snapshotOf(deployed)
  const pools = [...endpointPoolsOf(snapshot).values()]
  return permissionsOf(deployed, {
    secrets: secretNamesOf(snapshot),
    configMaps: configMapNamesOf(snapshot),
    poolNamespaces: [...new Set(pools.map(({ namespace }) => namespace))].toSorted(),
  })
}

/** Applies the object, unless it is there as it should be. */
async function keep(
  { type, object }: Permission,
  { cache, client }: Manager,
  fieldManager: string,
  signal: AbortSignal,
): Promise<void> {
  const { labels, ...place } = object.metadata
  const actual = cache.get(type, keyOf(object))
  if (actual !== undefined && isAsDesired(object, actual)) return
  const applied = { ...object, metadata: { ...place, ...(labels && { labels }) } }
  await client.apply(type, applied, { fieldManager, force: true, signal })
}

function isAsDesired(desired: KubernetesObject, actual: KubernetesObject): boolean {
  const { apiVersion: _version, kind: _kind, metadata, ...content } = desired
  return (
    Object.entries(metadata.labels ?? {}).every(
      ([name, value]) => actual.metadata.labels?.[name] === value,
    ) && Object.entries(content).every(([field, value]) => deepEqual(value, actual[field]))
  )
}

/** Deletes what the gateway was permitted, and no longer is. */
async function deleteOthers(
  desired: readonly Permission[],
  gateway: DeepReadonly<LLMGateway>,
  { cache, client }: Manager,
  signal: AbortSignal,
): Promise<void> {
  const kept = new Set(desired.map(({ type, object }) => `${type.kind} ${keyText(keyOf(object))}`))
  const { namespace, name } = gateway.metadata
  const labelSelector = `${gatewayNamespaceLabel}=${namespace},fairlead.dev/gateway=${name}`
  for (const type of permissionTypes) {
    for (const object of cache.list(type, { labelSelector })) {
      if (kept.has(`${type.kind} ${keyText(keyOf(object))}`)) continue
      try {
        await client.delete(type, keyOf(object), { signal })
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    }
  }
}

/** Writes the finalizers of a gateway if they differ, unless it has been written meanwhile. */
async function writeFinalizers(
  { client }: Manager,
  before: DeepReadonly<LLMGateway>,
  after: DeepReadonly<LLMGateway>,
  signal: AbortSignal,
): Promise<void> {
  if (after === before) return
  const { resourceVersion, finalizers = [] } = after.metadata
  const body = { metadata: { resourceVersion, finalizers } }
  await client.patch(LLMGateway, gatewayKey(before.metadata), { type: 'merge', body }, { signal })
}
