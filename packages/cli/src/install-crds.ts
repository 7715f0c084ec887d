import {
  type ConversionService,
  formerVersion,
  kindVersions,
  ReferenceGrant,
  servedDefinition,
} from '@fairlead/api'
import { openScope, sleep, systemClock, type Logger } from '@fairlead/base'
import type { Client } from '@fairlead/controller-runtime'
import {
  isNotFound,
  qualifiedResource,
  type CustomResourceDefinitionObject,
  type ResourceType,
} from '@fairlead/kube-core'
import { CustomResourceDefinition } from '@fairlead/kube-types'
import { isStored, migratedDefinition, migrateResources } from './migrate-resources.ts'

/** The field manager of everything that a start applies to the API server. */
export const installer = 'fairlead-install'

/** How long a new CRD may take to become established. */
const establishTimeoutMs = 30_000
/** Pause before a watch that ended is opened again. */
const watchAgainMs = 100

/**
 * Installs our CRDs, and that of ReferenceGrant if it is missing; stored objects of an older shape
 * are migrated first. Objects of v1alpha1 whose fields differ are converted at the Service; without
 * one, where the installed definition says. Resolves when all are established; rejects when that
 * takes longer than 30 s, and when there are objects that nothing would convert.
 */
export async function installCustomResourceDefinitions(
  client: Client,
  logger: Logger,
  signal: AbortSignal,
  conversions?: ConversionService,
): Promise<void> {
  const crds: CustomResourceDefinitionObject[] = []
  const install = async (crd: CustomResourceDefinitionObject) => {
    const options = { fieldManager: installer, force: true, signal }
    await client.apply(CustomResourceDefinition, crd, options)
    crds.push(crd)
  }
  for (const kind of kindVersions) {
    const installed = await find(client, kind.crd.metadata.name ?? '', signal)
    const definition = servedDefinition(kind, conversions ?? conversionServiceOf(installed))
    const former = kind.versions[formerVersion]
    if (installed !== undefined && former !== undefined) {
      const options = { client, fieldManager: installer, logger, signal }
      await checkConvertible(client, definition, installed, signal)
      await migrateResources({ definition, installed, type: former }, options)
    }
    await install(migratedDefinition(definition))
  }
  const grants = await find(client, ReferenceGrant.crd.metadata.name ?? '', signal)
  if (grants === undefined) await install(ReferenceGrant.crd)
  using scope = openScope({
    parents: [signal],
    clock: systemClock,
    timeoutMs: establishTimeoutMs,
    what: 'establishing the CustomResourceDefinitions (see their status.conditions)',
  })
  for (const crd of crds) await established(client, crd.metadata.name ?? '', scope.signal)
}

/** Where a definition has its objects converted. */
function conversionServiceOf(
  installed: CustomResourceDefinition | undefined,
): ConversionService | undefined {
  return installed?.spec.conversion?.webhook?.clientConfig?.service
}

/** Rejects if there are objects of a former version that the definition does not serve. */
async function checkConvertible(
  client: Client,
  { spec }: CustomResourceDefinitionObject,
  installed: CustomResourceDefinition,
  signal: AbortSignal,
): Promise<void> {
  const former = spec.versions.find(({ name }) => name === formerVersion)
  if (former?.served !== false || !isStored(installed)) return
  const served = installed.spec.versions.find((version) => version.served)?.name
  if (served === undefined) return
  const { kind, plural } = spec.names
  const type = { group: spec.group, version: served, kind, plural, namespaced: true }
  const { items } = await client.list(type, { limit: 1, signal })
  if (items.length === 0) return
  throw new Error(
    `there are ${plural} of ${formerVersion}, and nothing that converts them: start the operator ` +
      'in the cluster with --webhook-service, as the chart and fairlead manifests do',
  )
}

/** Resolves when it is established; rejects when the signal aborts. */
async function established(client: Client, name: string, signal: AbortSignal): Promise<void> {
  const options = { fieldSelector: `metadata.name=${name}`, signal }
  while (!isEstablished(await find(client, name, signal))) {
    for await (const event of client.watch(CustomResourceDefinition, options)) {
      if (isEstablished(event.object)) return
    }
    // Servers and proxies end a watch when they like: that says nothing about the definition.
    await sleep(systemClock, watchAgainMs, signal)
  }
}

/** Which of these kinds, that CustomResourceDefinitions of others define, there are. */
export async function installedKinds(
  client: Client,
  types: readonly ResourceType[],
  signal: AbortSignal,
): Promise<readonly ResourceType[]> {
  const installed: ResourceType[] = []
  for (const type of types) {
    const crd = await find(client, qualifiedResource(type), signal)
    if (crd !== undefined) installed.push(type)
  }
  return installed
}

async function find(client: Client, name: string, signal: AbortSignal) {
  try {
    return await client.get(CustomResourceDefinition, { name }, { signal })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

function isEstablished(crd: { readonly status?: unknown } | undefined): boolean {
  const status = crd?.status as
    | { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
    | undefined
  return (
    status?.conditions?.some((each) => each.type === 'Established' && each.status === 'True') ??
    false
  )
}
