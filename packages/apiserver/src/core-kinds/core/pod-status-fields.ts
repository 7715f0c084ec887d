import { recordsAt, textAt } from '../../definitions/fields.ts'
import { itemsAt, type MutableFields } from '../shared/defaulting.ts'

const statusLists = [
  'initContainerStatuses',
  'containerStatuses',
  'ephemeralContainerStatuses',
] as const

/**
 * The older field for the address of a pod always has the first of the newer ones: as the conversion
 * of a pod's status in Kubernetes' core API.
 */
export function bothPodAddresses(status: MutableFields): void {
  const address = textAt(status, 'podIP')
  const first = textAt(recordsAt(status, 'podIPs')[0] ?? {}, 'ip')
  if (address === '') {
    if (first !== '') status['podIP'] = first
  } else if (address !== first) status['podIPs'] = [{ ip: address }]
}

/** As dropDisabledPodStatusFields in Kubernetes' `pkg/api/pod`; none of it is ever stored. */
export function dropDisabledPodStatus(status: MutableFields): void {
  delete status['resize']
  delete status['resourceClaimStatuses']
  for (const container of statusLists.flatMap((list) => itemsAt(status, list))) {
    delete container['allocatedResources']
    delete container['allocatedResourcesStatus']
    delete container['resources']
    delete container['user']
  }
}
