import { validateAnnotations, validateLabels } from '@fairlead/kube-core'

import { Place } from '../place.ts'
import { validatePodAnnotations, validateProfilesMatch } from './pod-annotations.ts'
import { containersOf, validatePodSpec } from './pod-spec.ts'

/** As ValidatePodTemplateSpec in Kubernetes' core validation. */
export function validatePodTemplate(template: Place): void {
  validateTemplateMetadata(template)
  const spec = template.within('spec')
  validatePodSpec(spec, undefined)
  validateProfilesMatch(template.within('metadata'), spec, containersOf(spec))
  if (spec.items('ephemeralContainers').length === 0) return
  const detail = 'ephemeral containers not allowed in pod template'
  spec.forbidden('ephemeralContainers', detail)
}

/** The labels and annotations of a pod template, which the real server reports without `metadata`. */
export function validateTemplateMetadata(template: Place): void {
  const { fields } = template.within('metadata')
  const metadata = new Place(fields, template.path, template.found)
  const spec = template.within('spec')
  template.found.push(
    ...validateLabels(metadata.textMap('labels'), metadata.pathOf('labels')),
    ...validateAnnotations(metadata.textMap('annotations'), metadata.pathOf('annotations')),
  )
  validatePodAnnotations(metadata, spec, containersOf(spec))
}
