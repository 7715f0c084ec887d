import { validateAnnotations, validateLabels } from '@fairlead/kube-core'

import { validateClaimSpec } from '../claim-spec.ts'
import type { Place } from '../place.ts'

const templateMetadata: ReadonlySet<string> = new Set(['annotations', 'labels'])

/** As ValidatePersistentVolumeClaimTemplate in Kubernetes' core validation. */
export function validateClaimTemplate(template: Place): void {
  const metadata = template.within('metadata')
  metadata.found.push(
    ...validateAnnotations(metadata.textMap('annotations'), metadata.pathOf('annotations')),
    ...validateLabels(metadata.textMap('labels'), metadata.pathOf('labels')),
  )
  for (const [field, value] of Object.entries(metadata.fields)) {
    if (value === null || value === '' || templateMetadata.has(field)) continue
    metadata.forbidden(field, 'cannot be set')
  }
  validateClaimSpec(template.within('spec'))
}
