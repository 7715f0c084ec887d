import type { LLMProvider } from '@fairlead/api'
import { createCompiler } from '@fairlead/config'
import { apiVersionOf, type KubernetesObject, type ResourceType } from '@fairlead/kube-core'
import type { Snapshot } from '@fairlead/snapshot'
import { capabilities } from '../../packages/cli/src/capabilities.ts'
import { ManifestChecker } from '../../packages/cli/src/config-source/manifest-checker.ts'
import {
  testGateway,
  type TestGateway,
} from '../../packages/gateway/src/test-support/test-gateway.ts'

/** What every key is that a Secret of the manifests has, or is to have. */
export const everyKey = 'a-key'

/**
 * A gateway that runs manifests, with all providers at `url` below their names; those that show their
 * identity to their own cloud alone stay where they are.
 */
export async function gatewayAtUpstream(
  manifests: readonly KubernetesObject[],
  url: string,
): Promise<TestGateway> {
  const checker = new ManifestChecker()
  const objects = manifests.map(
    (object) => checker.check({ file: 'manifests', object: atUpstream(object, url) }).resource,
  )
  const secrets = objects.flatMap(({ kind, metadata }) =>
    kind === 'Secret' ? [[metadata.name ?? '', everyKey] as const] : [],
  )
  const gateway = await testGateway({ secrets: Object.fromEntries(secrets) })
  gateway.snapshots.set(snapshotOf(objects))
  return gateway
}

function snapshotOf(objects: readonly KubernetesObject[]): Snapshot {
  const placed = objects.map((object) => ({
    ...object,
    metadata: { ...object.metadata, creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 },
  }))
  const list = (type: ResourceType) =>
    placed.filter(({ apiVersion, kind }) => apiVersion === apiVersionOf(type) && kind === type.kind)
  const { snapshots } = createCompiler({ capabilities }).compile({ list } as never)
  const snapshot = snapshots.get('default/default')
  if (snapshot === undefined) throw new Error('there is no snapshot')
  return snapshot
}

/** Types whose identity is shown to their own cloud alone stay where they are: they are not called. */
function atUpstream(object: KubernetesObject, url: string): KubernetesObject {
  if (object.kind === 'LLMGateway') {
    const spec = object['spec'] as object
    return {
      ...object,
      spec: { ...spec, egress: { privateNetworks: 'Allow' } },
    }
  }
  if (object.kind !== 'LLMProvider') return object
  const { spec } = object as unknown as LLMProvider
  const { azure, type } = spec
  const isElsewhere =
    type === 'VertexAI' ||
    type === 'Simulator' ||
    azure?.entra !== undefined ||
    spec.authentication?.source === 'WorkloadIdentity'
  if (isElsewhere) return object
  const version = type === 'Gemini' ? '/v1beta' : type === 'Cohere' ? '/v2' : '/v1'
  const path = type === 'AzureOpenAI' || type === 'Bedrock' ? '' : version
  const { resourceName: _, ...rest } = azure ?? {}
  return {
    ...object,
    spec: {
      ...spec,
      ...(azure === undefined ? {} : { azure: rest }),
      baseURL: `${url}/${object.metadata.name}${path}`,
    },
  }
}
