import type { KubernetesObject } from '@fairlead/kube-core'

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
import { roundUpResources } from '../shared/resource-list.ts'
import { classAnnotation } from '../shared/storage-class-annotation.ts'
import {
  validatePersistentVolume,
  validatePersistentVolumeUpdate,
} from './persistent-volume-validation.ts'
import { persistentVolumeWarnings } from './persistent-volume-warnings.ts'

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
    validate: (volume, previous) => [
      ...validatePersistentVolume(volume),
      ...(previous === undefined ? [] : validatePersistentVolumeUpdate(volume, previous)),
    ],
    validateStatus: () => [],
    warnings: persistentVolumeWarnings,
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

function claimOf(volume: KubernetesObject): string {
  const claim = optionalRecordAt(recordAt(volume, 'spec'), 'claimRef')
  return claim === undefined ? '' : `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}`
}
