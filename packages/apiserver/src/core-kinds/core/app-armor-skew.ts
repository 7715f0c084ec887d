import type { MutableObject } from '../../definitions/resource-definition.ts'
import { fieldsAt, fieldsWithin, itemsAt, type MutableFields } from '../shared/defaulting.ts'
import { containerLists } from '../shared/pod/default-pod-spec.ts'
import { appArmorContainer } from '../shared/pod/pod-annotations.ts'

const localhost = 'localhost/'

/**
 * Says in annotations what fields say of AppArmor, and the other way round, for whoever knows only
 * one of them: as applyAppArmorVersionSkew in Kubernetes' pod strategy. Who says it in an annotation
 * alone, and not what the pod says anyway, is warned.
 */
export function applyAppArmorSkew(pod: MutableObject, warn: (warning: string) => void): void {
  const spec = fieldsAt(pod, 'spec')
  if (spec === undefined || (fieldsAt(spec, 'os') ?? {})['name'] === 'windows') return
  const ofPod = profileOf(spec)
  for (const container of containerLists.flatMap((list) => itemsAt(spec, list))) {
    const key = appArmorContainer + String(container['name'])
    const annotation = pod.metadata.annotations?.[key]
    const own = profileOf(container)
    if (annotation === undefined) {
      const shown = annotationOf(own ?? ofPod)
      if (shown !== undefined) {
        pod.metadata.annotations = { ...pod.metadata.annotations, [key]: shown }
      }
    } else if (own === undefined) {
      const profile = profileOfAnnotation(annotation)
      if (profile !== undefined && annotationOf(ofPod) === annotation) continue
      warn(
        `metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`,
      )
      if (profile === undefined) continue
      fieldsWithin(container, 'securityContext')['appArmorProfile'] = profile
    }
  }
}

function profileOf(place: MutableFields): MutableFields | undefined {
  return fieldsAt(fieldsAt(place, 'securityContext') ?? {}, 'appArmorProfile')
}

function annotationOf(profile: MutableFields | undefined): string | undefined {
  switch (profile?.['type']) {
    case 'Unconfined':
      return 'unconfined'
    case 'RuntimeDefault':
      return 'runtime/default'
    case 'Localhost': {
      const name = profile['localhostProfile']
      return typeof name === 'string' ? localhost + name : undefined
    }
    default:
      return undefined
  }
}

function profileOfAnnotation(annotation: string): MutableFields | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' }
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' }
  const name = annotation.startsWith(localhost) ? annotation.slice(localhost.length) : ''
  const isValid = name.trim() === name && name !== '' && Buffer.byteLength(name) <= 4095
  return isValid ? { type: 'Localhost', localhostProfile: name } : undefined
}
