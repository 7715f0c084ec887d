import { append } from '@fairlead/base'
import { goQuote } from '@fairlead/kube-core'

import type { Fields } from '../../../definitions/fields.ts'
import {
  nodeLabelDeprecation,
  nodeLabelWarnings,
  nodeTermWarnings,
} from '../deprecated-node-labels.ts'
import { Place } from '../place.ts'
import { quantityAt } from '../quantities.ts'
import { containersOf } from './pod-spec.ts'
import { appArmorContainer } from './pod-annotations.ts'
import { portWarnings } from './port-warnings.ts'
import { volumeWarnings } from './volume-warnings.ts'

/** As many as a reader can use; the rest is left out. */
const warningsMax = 100

const deprecatedAnnotations: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod':
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls':
    'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls':
    'non-functional in v1.11+; use the "sysctls" field instead',
}
const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod'
const seccompContainer = 'container.seccomp.security.alpha.kubernetes.io/'
const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

/** As GetWarningsForPod in Kubernetes' `pkg/api/pod`. */
export function podWarnings(pod: Fields): string[] {
  return warningsOf(new Place(pod, '', []), false)
}

/** As GetWarningsForPodTemplate in Kubernetes' `pkg/api/pod`. */
export function podTemplateWarnings(template: Fields, path: string): string[] {
  return warningsOf(new Place(template, path, []), true)
}

function warningsOf(pod: Place, isTemplate: boolean): string[] {
  const spec = pod.within('spec')
  const annotations = pod.within('metadata').textMap('annotations')
  const annotationAt = (key: string): string => pod.pathOf(`metadata.annotations[${key}]`)
  return [
    ...schedulingWarnings(spec),
    ...Object.entries(deprecatedAnnotations)
      .filter(([key]) => Object.hasOwn(annotations, key))
      .map(([key, message]) => `${annotationAt(key)}: ${message}`),
    ...volumeWarnings(spec),
    ...duplicateWarnings(spec, 'hostAliases', 'ip'),
    ...duplicateWarnings(spec, 'imagePullSecrets', 'name'),
    ...spec
      .each('imagePullSecrets')
      .filter((secret) => secret.text('name') === '')
      .map((secret) => `${secret.pathOf('name')}: invalid empty name ""`),
    ...fractionWarnings(spec.within('overhead')),
    ...profileWarnings(spec, annotations, annotationAt, isTemplate),
    ...portWarnings(containersOf(spec)),
    ...(spec.number('terminationGracePeriodSeconds') < 0
      ? [
          `${spec.pathOf('terminationGracePeriodSeconds')}: must be >= 0; negative values are invalid and will be treated as 1`,
        ]
      : []),
    ...affinityWarnings(spec),
  ].slice(0, warningsMax)
}

function schedulingWarnings(spec: Place): string[] {
  const affinity = spec.within('affinity').within('nodeAffinity')
  const terms = [
    ...affinity.within(required).each('nodeSelectorTerms'),
    ...affinity.each(preferred).map((term) => term.within('preference')),
  ]
  const ofSelector = Object.keys(spec.textMap('nodeSelector')).flatMap((label) => {
    const message = nodeLabelDeprecation(label)
    return message === undefined ? [] : [`${spec.pathOf(`nodeSelector[${label}]`)}: ${message}`]
  })
  const ofTerms = terms.flatMap(nodeTermWarnings)
  const ofSpread = spec
    .each('topologySpreadConstraints')
    .flatMap((constraint) => [
      ...nodeLabelWarnings(constraint, 'topologyKey'),
      ...nullSelector(constraint),
    ])
  return [...ofSelector, ...ofTerms, ...ofSpread]
}

function nullSelector(place: Place): string[] {
  if (place.has('labelSelector')) return []
  const path = place.pathOf('labelSelector')
  return [`${path}: a null labelSelector results in matching no pod`]
}

function affinityWarnings(spec: Place): string[] {
  const affinity = spec.within('affinity')
  return ['podAffinity', 'podAntiAffinity'].flatMap((field) => {
    const pods = affinity.within(field)
    const weighted = pods.each(preferred).map((term) => term.within('podAffinityTerm'))
    return [...pods.each(required), ...weighted].flatMap(nullSelector)
  })
}

function duplicateWarnings(spec: Place, list: string, field: string): string[] {
  const seen = new Set<string>()
  return spec.each(list).flatMap((item) => {
    const value = item.text(field)
    if (!seen.has(value)) {
      seen.add(value)
      return []
    }
    return [`${item.pathOf(field)}: duplicate ${field} ${goQuote(value)}`]
  })
}

/** Bytes cannot be divided. */
function fractionWarnings(
  list: Place,
  names: readonly string[] = ['memory', 'ephemeral-storage'],
): string[] {
  return names.flatMap((name) => {
    const quantity = quantityAt(list, name)
    if (quantity === undefined || quantity.nano % 10n ** 9n === 0n) return []
    const shown = goQuote(String(list.fields[name]))
    const path = list.pathOf(`[${name}]`)
    return [`${path}: fractional byte value ${shown} is invalid, must be an integer`]
  })
}

function profileWarnings(
  spec: Place,
  annotations: Readonly<Record<string, string>>,
  annotationAt: (key: string) => string,
  isTemplate: boolean,
): string[] {
  const context = spec.within('securityContext')
  const useSeccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead'
  const useAppArmor = 'deprecated since v1.30; use the "appArmorProfile" field instead'
  const found: string[] = []
  const warn = (key: string, message: string): void => {
    if (Object.hasOwn(annotations, key)) found.push(`${annotationAt(key)}: ${message}`)
  }
  if (!context.has('seccompProfile')) warn(seccompPod, useSeccomp)
  for (const container of containersOf(spec)) {
    const own = container.within('securityContext')
    const name = container.text('name')
    if (!own.has('seccompProfile')) warn(seccompContainer + name, useSeccomp)
    // Those of pods become fields when one is created, with a warning of its own.
    if (isTemplate && !context.has('appArmorProfile') && !own.has('appArmorProfile')) {
      warn(appArmorContainer + name, useAppArmor)
    }
    const resources = container.within('resources')
    for (const resource of ['memory', 'ephemeral-storage']) {
      for (const list of ['limits', 'requests']) {
        append(found, fractionWarnings(resources.within(list), [resource]))
      }
    }
    append(found, environmentWarnings(container))
  }
  return found
}

function environmentWarnings(container: Place): string[] {
  const seen = new Set<string>()
  return container.each('env').flatMap((variable) => {
    const name = variable.text('name')
    if (!seen.has(name)) {
      seen.add(name)
      return []
    }
    // Adding to what was said before is what a second definition is for.
    const reference = `$(${name})`
    const value = variable.text('value')
    const adds = !variable.has('valueFrom') && value !== reference && value.includes(reference)
    if (adds) return []
    const hides = `hides previous definition of ${goQuote(name)}, which may be dropped when using apply`
    return [`${variable.path}: ${hides}`]
  })
}
