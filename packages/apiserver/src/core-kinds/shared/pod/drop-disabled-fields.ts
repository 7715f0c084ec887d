import { fieldsAt, itemsAt, type MutableFields } from '../defaulting.ts'
import { containerLists } from './default-pod-spec.ts'

/**
 * Drops what belongs to features that are off unless somebody turns them on in Kubernetes 1.32: as
 * DropDisabledPodFields in `pkg/api/pod`. None of it is ever stored.
 */
export function dropDisabledPodFields(spec: MutableFields): void {
  delete spec['hostUsers']
  delete spec['resources']
  delete spec['resourceClaims']
  const securityContext = fieldsAt(spec, 'securityContext') ?? {}
  delete securityContext['supplementalGroupsPolicy']
  delete securityContext['seLinuxChangePolicy']
  for (const volume of itemsAt(spec, 'volumes')) {
    delete volume['image']
    for (const source of itemsAt(fieldsAt(volume, 'projected') ?? {}, 'sources')) {
      delete source['clusterTrustBundle']
    }
  }
  for (const list of containerLists) {
    for (const container of itemsAt(spec, list)) dropFromContainer(container)
  }
}

/** As `dropDisabledPodFields`, for the pod template in `field`. */
export function dropDisabledTemplateFields(object: MutableFields, field: string): void {
  const template = fieldsAt(object, field) ?? {}
  const spec = fieldsAt(template, 'spec')
  if (spec !== undefined) dropDisabledPodFields(spec)
}

function dropFromContainer(container: MutableFields): void {
  delete container['resizePolicy']
  delete (fieldsAt(container, 'resources') ?? {})['claims']
  const securityContext = fieldsAt(container, 'securityContext') ?? {}
  if (securityContext['procMount'] !== undefined) securityContext['procMount'] = 'Default'
}
