import { goQuote } from '@fairlead/kube-core'

import type { Place } from './place.ts'
import { quantityAt } from './quantities.ts'

/** As GetWarningsForPersistentVolumeClaimSpec in Kubernetes' `pkg/api/persistentvolumeclaim`. */
export function claimWarnings(spec: Place): string[] {
  return ['requests', 'limits'].flatMap((field) => {
    const list = spec.within('resources').within(field)
    const quantity = quantityAt(list, 'storage')
    if (quantity === undefined || quantity.nano % 10n ** 9n === 0n) return []
    const shown = goQuote(String(list.fields['storage']))
    const path = list.pathOf('[storage]')
    return [`${path}: fractional byte value ${shown} is invalid, must be an integer`]
  })
}
