import {
  deepEqual,
  forbiddenField,
  GoSyntax,
  invalidField,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { optionalRecordAt, recordAt, recordsAt, type Fields } from '../../definitions/fields.ts'
import { changedFields } from '../shared/changed-fields.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { errorsOf } from '../shared/place.ts'
import { persistentVolumeSources, validatePersistentVolumeSpec } from '../shared/volume-spec.ts'

/** Labels of nodes that have newer names, which the affinity of a volume may take over. */
const renamedLabels: ReadonlyMap<unknown, string> = new Map([
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['beta.kubernetes.io/os', 'kubernetes.io/os'],
  ['beta.kubernetes.io/arch', 'kubernetes.io/arch'],
  ['beta.kubernetes.io/instance-type', 'node.kubernetes.io/instance-type'],
])

/** As ValidatePersistentVolume in Kubernetes' core validation. */
export function validatePersistentVolume(volume: KubernetesObject): FieldError[] {
  return errorsOf(volume, (root) => validatePersistentVolumeSpec(root.within('spec')))
}

/** As ValidatePersistentVolumeUpdate there, which validates the volume once more. */
export function validatePersistentVolumeUpdate(
  volume: KubernetesObject,
  previous: KubernetesObject,
): FieldError[] {
  const next = recordAt(volume, 'spec')
  const before = recordAt(previous, 'spec')
  return [
    ...validatePersistentVolume(volume),
    ...sourceErrors(next, before),
    ...immutableErrors(next, before, '', ['volumeMode']),
    ...affinityErrors(next, before),
  ]
}

function sourceErrors(next: Fields, before: Fields): FieldError[] {
  const [now, was] = [sourcesOf(next, before), sourcesOf(before, before)]
  if (deepEqual(now, was)) return []
  const detail =
    'spec.persistentvolumesource is immutable after creation\n' + changedFields(now, was, 'spec')
  return [forbiddenField('spec.persistentvolumesource', detail)]
}

/** A secret for expansion may be added later. */
function sourcesOf(spec: Fields, before: Fields): Fields {
  const sources = Object.fromEntries(
    persistentVolumeSources.map((field) => [field, optionalRecordAt(spec, field)]),
  )
  const { csi } = sources
  const had = optionalRecordAt(before, 'csi')
  const mayBeAdded = had !== undefined && had['controllerExpandSecretRef'] === undefined
  if (csi === undefined || !mayBeAdded) return sources
  return { ...sources, csi: { ...csi, controllerExpandSecretRef: undefined } }
}

/** As validatePvNodeAffinity: it can be set once. */
function affinityErrors(next: Fields, before: Fields): FieldError[] {
  const had = optionalRecordAt(before, 'nodeAffinity')
  if (had === undefined) return []
  const has = optionalRecordAt(next, 'nodeAffinity')
  if (has !== undefined && deepEqual(withNewLabels(had, has), has)) return []
  const isRequired = optionalRecordAt(has ?? {}, 'required') !== undefined
  const shown =
    has === undefined
      ? 'null'
      : new GoSyntax(
          `core.VolumeNodeAffinity{Required:(*core.NodeSelector)(${isRequired ? '0xc000000000' : 'nil'})}`,
        )
  const detail = 'field is immutable, except for updating from beta label to GA'
  return [invalidField('nodeAffinity', shown, detail)]
}

/** What the affinity was, with those newer names of labels that it has now. */
function withNewLabels(had: Fields, has: Fields): Fields {
  const required = optionalRecordAt(had, 'required')
  if (required === undefined) return had
  const now = recordsAt(recordAt(has, 'required'), 'nodeSelectorTerms')
  const terms = recordsAt(required, 'nodeSelectorTerms').map((term, index) => {
    const renamed: Record<string, unknown> = { ...term }
    for (const list of ['matchExpressions', 'matchFields']) {
      if (term[list] === undefined) continue
      const wanted = recordsAt(now[index] ?? {}, list)
      renamed[list] = recordsAt(term, list).map((requirement, at) => {
        const key = wanted[at]?.['key']
        const isRenamed = key !== undefined && renamedLabels.get(requirement['key']) === key
        return isRenamed ? { ...requirement, key } : requirement
      })
    }
    return renamed
  })
  return { ...had, required: { ...required, nodeSelectorTerms: terms } }
}
