import { Place } from '../place.ts'
import { validateRelativePath } from '../relative-path.ts'

export const mirrorAnnotation = 'kubernetes.io/config.mirror'
const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost'
const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod'
const seccompContainer = 'container.seccomp.security.alpha.kubernetes.io/'
export const appArmorContainer = 'container.apparmor.security.beta.kubernetes.io/'
const localhost = 'localhost/'

/** As ValidatePodSpecificAnnotations in Kubernetes' core validation; `metadata` is the pod's or the template's. */
export function validatePodAnnotations(
  metadata: Place,
  spec: Place,
  containers: readonly Place[],
): void {
  const annotations = metadata.textMap('annotations')
  const at = (key: string): string => `annotations[${key}]`
  if (annotations[mirrorAnnotation] !== undefined && spec.text('nodeName') === '') {
    const detail = 'must set spec.nodeName if mirror pod annotation is set'
    metadata.invalid(at(mirrorAnnotation), detail, annotations[mirrorAnnotation])
  }
  const cost = annotations[deletionCostAnnotation]
  if (cost !== undefined && !isInt32(cost)) {
    metadata.invalid(at(deletionCostAnnotation), 'must be a 32bit integer', cost)
  }
  for (const [key, profile] of Object.entries(annotations)) {
    if (key === seccompPod || key.startsWith(seccompContainer)) {
      validateSeccomp(metadata, `annotations.${key}`, profile)
    }
  }
  const names = new Set(containers.map((container) => container.text('name')))
  for (const [key, profile] of Object.entries(annotations)) {
    if (!key.startsWith(appArmorContainer)) continue
    const name = key.slice(appArmorContainer.length)
    if (!names.has(name)) {
      metadata.invalid(at(key), 'container not found', name)
    }
    const isValid =
      ['', 'runtime/default', 'unconfined'].includes(profile) || profile.startsWith(localhost)
    if (isValid) continue
    const detail = `invalid AppArmor profile name: ${JSON.stringify(profile)}`
    metadata.invalid(at(key), detail, profile)
  }
}

/** As Go's ParseInt takes it, and without the forms that a deletion cost must not have. */
function isInt32(text: string): boolean {
  if (!/^-?(?:0|[1-9]\d{0,9})$/.test(text) || text === '-0') return false
  const value = Number(text)
  return value >= -(2 ** 31) && value < 2 ** 31
}

function validateSeccomp(metadata: Place, field: string, profile: string): void {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return
  if (profile.startsWith(localhost)) {
    validateRelativePath(metadata, field, profile.slice(localhost.length))
  } else metadata.invalid(field, 'must be a valid seccomp profile', profile)
}

/**
 * As validateSeccompAnnotationsAndFields and validateAppArmorAnnotationsAndFieldsMatchOnCreate in
 * Kubernetes' core validation: who says it twice says the same.
 */
export function validateProfilesMatch(
  metadata: Place,
  spec: Place,
  containers: readonly Place[],
): void {
  const annotations = metadata.textMap('annotations')
  const context = spec.within('securityContext')
  compareSeccomp(annotations[seccompPod], context.at('seccompProfile'))
  for (const container of containers) {
    const own = container.within('securityContext')
    compareSeccomp(annotations[seccompContainer + container.text('name')], own.at('seccompProfile'))
  }
  if (spec.within('os').text('name') === 'windows') return
  for (const container of containers) {
    const own = container.within('securityContext')
    const profile = own.at('appArmorProfile') ?? context.at('appArmorProfile')
    if (profile === undefined) continue
    const shown = new Place(profile.fields, own.pathOf('appArmorProfile'), profile.found)
    const annotation = annotations[appArmorContainer + container.text('name')]
    compareProfile(annotation, shown, 'apparmor', ['runtime/default'])
  }
}

function compareSeccomp(annotation: string | undefined, profile: Place | undefined): void {
  if (profile === undefined) return
  compareProfile(annotation, profile, 'seccomp', ['runtime/default', 'docker/default'])
}

function compareProfile(
  annotation: string | undefined,
  profile: Place,
  what: string,
  runtimeDefaults: readonly string[],
): void {
  if (annotation === undefined) return
  const typeDiffers = `${what} type in annotation and field must match`
  switch (profile.text('type')) {
    case 'Unconfined':
      if (annotation !== 'unconfined') profile.forbidden('type', typeDiffers)
      break
    case 'RuntimeDefault':
      if (!runtimeDefaults.includes(annotation)) profile.forbidden('type', typeDiffers)
      break
    case 'Localhost':
      if (!annotation.startsWith(localhost)) profile.forbidden('type', typeDiffers)
      else if (annotation.slice(localhost.length) !== profile.fields['localhostProfile']) {
        const detail = `${what} profile in annotation and field must match`
        profile.forbidden('localhostProfile', detail)
      }
  }
}
