import { append } from '@fairlead/base'
import {
  deepEqual,
  forbiddenField,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import {
  optionalRecordAt,
  optionalTextAt,
  recordAt,
  textAt,
  type Fields,
} from '../../definitions/fields.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { formatAccessModes } from '../shared/access-modes.ts'
import { fieldsAt, fieldsWithin } from '../shared/defaulting.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { errorsOf } from '../shared/place.ts'
import { roundUpResources } from '../shared/resource-list.ts'
import { persistentVolumeSources, validatePersistentVolumeSpec } from '../shared/volume-spec.ts'

const classAnnotation = 'volume.beta.kubernetes.io/storage-class'

/** As Kubernetes' PersistentVolume strategy, defaults and validation. */
export const persistentVolumeRules: KindRules = {
  group: '',
  plural: 'persistentvolumes',
  allColumns: [
    nameColumn,
    textColumn('Capacity', 'Its size', (volume) => {
      return optionalTextAt(recordAt(recordAt(volume, 'spec'), 'capacity'), 'storage') ?? '0'
    }),
    textColumn('Access Modes', 'How it can be used', (volume) => {
      return formatAccessModes(recordAt(volume, 'spec'))
    }),
    textColumn('Reclaim Policy', 'What happens when it is released', (volume) => {
      return textAt(recordAt(volume, 'spec'), 'persistentVolumeReclaimPolicy')
    }),
    textColumn('Status', 'Whether it is bound', (volume) => {
      const isEnding = volume.metadata.deletionTimestamp !== undefined
      return isEnding ? 'Terminating' : textAt(recordAt(volume, 'status'), 'phase')
    }),
    textColumn('Claim', 'The claim that it is bound to', claimOf),
    textColumn('StorageClass', 'Its class', (volume) => {
      const annotated = volume.metadata.annotations?.[classAnnotation]
      return annotated ?? textAt(recordAt(volume, 'spec'), 'storageClassName')
    }),
    textColumn('VolumeAttributesClass', 'The class of its attributes', (volume) => {
      return optionalTextAt(recordAt(volume, 'spec'), 'volumeAttributesClassName') ?? '<unset>'
    }),
    textColumn('Reason', 'Why it is in its state', (volume) => {
      return textAt(recordAt(volume, 'status'), 'reason')
    }),
    ageColumn,
    textColumn(
      'VolumeMode',
      'File system or block device',
      (volume) => optionalTextAt(recordAt(volume, 'spec'), 'volumeMode') ?? '<unset>',
      1,
    ),
  ],
  writeRules: {
    defaults(volume) {
      fieldsWithin(volume, 'status')['phase'] ||= 'Pending'
      const spec = fieldsWithin(volume, 'spec')
      spec['persistentVolumeReclaimPolicy'] ||= 'Retain'
      spec['volumeMode'] ??= 'Filesystem'
      roundUpResources(spec, 'capacity')
      defaultSources(spec)
    },
    prepareForCreate(volume) {
      dropDisabled(volume, {})
      const since = volume.metadata.creationTimestamp
      volume['status'] = { phase: 'Pending', lastPhaseTransitionTime: since }
    },
    prepareForUpdate(volume, previous, { subresource, now }) {
      dropDisabled(volume, recordAt(previous, 'spec'))
      if (subresource === 'status') setTransition(fieldsWithin(volume, 'status'), previous, now)
    },
    validate: (volume) =>
      errorsOf(volume, (root) => validatePersistentVolumeSpec(root.within('spec'))),
    validateUpdate,
    validateStatus: () => [],
  },
}

/** Defaults of the sources that have some, as in Kubernetes' core defaults. */
function defaultSources(spec: Record<string, unknown>): void {
  const hostPath = fieldsAt(spec, 'hostPath')
  if (hostPath !== undefined) hostPath['type'] ??= ''
  const iscsi = fieldsAt(spec, 'iscsi')
  if (iscsi !== undefined) iscsi['iscsiInterface'] ||= 'default'
  const rbd = fieldsAt(spec, 'rbd')
  if (rbd !== undefined) {
    rbd['pool'] ||= 'rbd'
    rbd['user'] ||= 'admin'
    rbd['keyring'] ||= '/etc/ceph/keyring'
  }
  const scaleIo = fieldsAt(spec, 'scaleIO')
  if (scaleIo !== undefined) {
    scaleIo['storageMode'] ||= 'ThinProvisioned'
    scaleIo['fsType'] ||= 'xfs'
  }
  const disk = fieldsAt(spec, 'azureDisk')
  if (disk === undefined) return
  disk['cachingMode'] ??= 'ReadWrite'
  disk['kind'] ??= 'Shared'
  disk['fsType'] ??= 'ext4'
  disk['readOnly'] ??= false
}

/** As Kubernetes' PersistentVolume status strategy: since when it is in its phase. */
function setTransition(
  status: Record<string, unknown>,
  previous: KubernetesObject,
  now: string,
): void {
  const field = 'lastPhaseTransitionTime'
  const before = recordAt(previous, 'status')
  if (before['phase'] === status['phase']) {
    if (before[field] !== undefined) status[field] ??= before[field]
  } else if (status[field] === undefined || status[field] === before[field]) status[field] = now
}

/** VolumeAttributesClass is off unless it is asked for. */
function dropDisabled(volume: Record<string, unknown>, before: Fields): void {
  const spec = fieldsWithin(volume, 'spec')
  if (before['volumeAttributesClassName'] === undefined) delete spec['volumeAttributesClassName']
}

function validateUpdate(volume: KubernetesObject, previous: KubernetesObject): FieldError[] {
  const next = recordAt(volume, 'spec')
  const before = recordAt(previous, 'spec')
  const found: FieldError[] = []
  if (!deepEqual(sourcesOf(next, before), sourcesOf(before, before))) {
    const detail = 'spec.persistentvolumesource is immutable after creation'
    found.push(forbiddenField('spec.persistentvolumesource', detail))
  }
  append(found, immutableErrors(next, before, '', ['volumeMode']))
  if (
    before['nodeAffinity'] !== undefined &&
    !deepEqual(next['nodeAffinity'], before['nodeAffinity'])
  ) {
    const detail = 'field is immutable, except for updating from beta label to GA'
    found.push({ type: 'Invalid', field: 'nodeAffinity', badValue: next['nodeAffinity'], detail })
  }
  return found
}

/** A secret for expansion may be added later. */
function sourcesOf(spec: Fields, before: Fields): unknown {
  return persistentVolumeSources.map((field) => {
    const source = optionalRecordAt(spec, field)
    const had = optionalRecordAt(before, field)
    if (field !== 'csi' || had === undefined || had['controllerExpandSecretRef'] !== undefined) {
      return source
    }
    return source === undefined ? undefined : { ...source, controllerExpandSecretRef: undefined }
  })
}

function claimOf(volume: KubernetesObject): string {
  const claim = optionalRecordAt(recordAt(volume, 'spec'), 'claimRef')
  return claim === undefined ? '' : `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}`
}
