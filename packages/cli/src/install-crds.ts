import { kinds, ReferenceGrant } from '@fairlead/api'
import { openScope, systemClock, type Logger } from '@fairlead/base'
import type { Client } from '@fairlead/controller-runtime'
import {
  CustomResourceDefinition,
  isNotFound,
  type CustomResourceDefinitionObject,
  type KubernetesObject,
} from '@fairlead/kube-core'
import { migratedDefinition, migrateResources } from './migrate-resources.ts'

/** The field manager of everything that a start applies to the API server. */
export const installer = 'fairlead-install'

/** How long a new CRD may take to become established. */
const establishTimeoutMs = 30_000

/**
 * Installs our CRDs, and that of ReferenceGrant if it is missing; stored objects of an older shape
 * are migrated first. Resolves when all are established; rejects when that takes longer than 30 s.
 */
export async function installCustomResourceDefinitions(
  client: Client,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const crds: CustomResourceDefinitionObject[] = []
  const install = async (crd: CustomResourceDefinitionObject) => {
    const options = { fieldManager: installer, force: true, signal }
    await client.apply(CustomResourceDefinition, crd, options)
    crds.push(crd)
  }
  for (const type of kinds) {
    const installed = await find(client, type.crd.metadata.name ?? '')
    await migrateResources(type, installed, { client, fieldManager: installer, logger, signal })
    await install(migratedDefinition(type))
  }
  const grants = await find(client, ReferenceGrant.crd.metadata.name ?? '')
  if (grants === undefined) await install(ReferenceGrant.crd)
  using scope = openScope({
    parents: [signal],
    clock: systemClock,
    timeoutMs: establishTimeoutMs,
    what: 'establishing the CustomResourceDefinitions',
  })
  for (const crd of crds) await established(client, crd.metadata.name ?? '', scope.signal)
}

async function established(client: Client, name: string, signal: AbortSignal): Promise<void> {
  const present = await find(client, name)
  if (isEstablished(present)) return
  const options = { fieldSelector: `metadata.name=${name}`, signal }
  for await (const event of client.watch(CustomResourceDefinition, options)) {
    if (isEstablished(event.object)) return
  }
  throw new Error(`the API server did not establish ${name}; see its status.conditions`)
}

async function find(client: Client, name: string) {
  try {
    return await client.get(CustomResourceDefinition, { name })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

function isEstablished(crd: KubernetesObject | undefined): boolean {
  const status = crd?.['status'] as
    | { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
    | undefined
  return (
    status?.conditions?.some((each) => each.type === 'Established' && each.status === 'True') ??
    false
  )
}
