import { Deployment, Pod, type coreV1 } from '@fairlead/kube-types'
import { waitFor } from '../support/wait-for.ts'
import { type Cluster, namespace } from './cluster.ts'

/**
 * A ready Pod of the Deployment as it is now; where nothing runs Pods, one as its template has it.
 * Fails when there is none within 15 s.
 */
export async function podOf(
  { environment: { client }, runsPods }: Cluster,
  deployment: string,
  inNamespace = namespace,
): Promise<Pod> {
  const key = { namespace: inNamespace, name: deployment }
  return waitFor(`a Pod of ${deployment}`, async () => {
    const { spec } = await client.get(Deployment, key)
    if (spec === undefined) return undefined
    if (!runsPods) return podOfTemplate(spec.template, key)
    const { matchLabels = {} } = spec.selector
    const labelSelector = Object.entries(matchLabels)
      .map((pair) => pair.join('='))
      .join(',')
    const { items } = await client.list(Pod, { namespace: inNamespace, labelSelector })
    const [image] = spec.template.spec?.containers.map((container) => container.image) ?? []
    return items.find(
      ({ metadata, spec: own, status }) =>
        metadata.deletionTimestamp === undefined &&
        own?.containers[0]?.image === image &&
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    )
  })
}

function podOfTemplate(
  { metadata, spec }: coreV1.PodTemplateSpec,
  { namespace: place, name }: { readonly namespace: string; readonly name: string },
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, namespace: place, name: `${name}-6d4cf56db6-x2x4z` },
    spec: spec ?? { containers: [] },
  }
}
