import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'

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
import { claimWarnings } from '../shared/claim-warnings.ts'
import { fieldsWithin } from '../shared/defaulting.ts'
import { Place } from '../shared/place.ts'
import { defaultClaimSpec } from '../shared/pod/default-volumes.ts'
import { roundUpResources } from '../shared/resource-list.ts'
import { classAnnotation, classAnnotationWarnings } from '../shared/storage-class-annotation.ts'
import {
  validateClaim,
  validateClaimStatus,
  validateClaimUpdate,
} from './persistent-volume-claim-validation.ts'

/** As Kubernetes' PersistentVolumeClaim strategy, defaults and validation. */
export const persistentVolumeClaimRules: KindRules = {
  group: '',
  plural: 'persistentvolumeclaims',
  allColumns: [
    nameColumn,
    textColumn('Status', 'Whether it is bound', (claim) => {
      const isEnding = claim.metadata.deletionTimestamp !== undefined
      return isEnding ? 'Terminating' : textAt(recordAt(claim, 'status'), 'phase')
    }),
    textColumn('Volume', 'Its volume', (claim) => textAt(recordAt(claim, 'spec'), 'volumeName')),
    textColumn('Capacity', 'The size of its volume', (claim) => {
      return isBound(claim) ? capacityOf(claim) : ''
    }),
    textColumn('Access Modes', 'How its volume can be used', (claim) => {
      return isBound(claim) ? formatAccessModes(recordAt(claim, 'status')) : ''
    }),
    textColumn('StorageClass', 'The class of its volume', (claim) => {
      const annotated = claim.metadata.annotations?.[classAnnotation]
      return annotated ?? textAt(recordAt(claim, 'spec'), 'storageClassName')
    }),
    textColumn('VolumeAttributesClass', 'The class of its attributes', (claim) => {
      return optionalTextAt(recordAt(claim, 'spec'), 'volumeAttributesClassName') ?? '<unset>'
    }),
    ageColumn,
    textColumn(
      'VolumeMode',
      'File system or block device',
      (claim) => optionalTextAt(recordAt(claim, 'spec'), 'volumeMode') ?? '<unset>',
      1,
    ),
  ],
  writeRules: {
    defaults(claim) {
      const status = fieldsWithin(claim, 'status')
      status['phase'] ||= 'Pending'
      roundUpResources(status, 'capacity')
      roundUpResources(status, 'allocatedResources')
      defaultClaimSpec(fieldsWithin(claim, 'spec'))
    },
    prepareForCreate(claim) {
      claim['status'] = { phase: 'Pending' }
      prepareSpec(fieldsWithin(claim, 'spec'), {})
    },
    prepareForUpdate(claim, previous) {
      prepareSpec(fieldsWithin(claim, 'spec'), recordAt(previous, 'spec'))
      // VolumeAttributesClass is off unless it is asked for.
      for (const field of ['currentVolumeAttributesClassName', 'modifyVolumeStatus']) {
        delete fieldsWithin(claim, 'status')[field]
      }
    },
    validate: (claim, previous) =>
      previous === undefined
        ? validateClaim(claim)
        : validateClaimUpdate(claim, withBothSources(previous)),
    validateStatus: validateClaimStatus,
    warnings: (claim) => [
      ...classAnnotationWarnings(claim),
      ...claimWarnings(new Place(claim, '', []).within('spec')),
    ],
  },
}

/**
 * As DropDisabledFields, EnforceDataSourceBackwardsCompatibility and NormalizeDataSources in
 * Kubernetes' claim helpers: what is said with one of the two fields for sources counts for both.
 */
function prepareSpec(spec: Record<string, unknown>, before: Fields): void {
  if (before['volumeAttributesClassName'] === undefined) delete spec['volumeAttributesClassName']
  const reference = optionalRecordAt(spec, 'dataSourceRef')
  if (reference !== undefined && before['dataSourceRef'] === undefined) {
    delete reference['namespace']
  }
  const source = optionalRecordAt(spec, 'dataSource')
  if (source !== undefined && reference === undefined && !isKnownSource(source, before)) {
    delete spec['dataSource']
  }
  copySource(spec)
}

/** Sources of other kinds are dropped, as they were before there was `dataSourceRef`. */
function isKnownSource(source: Fields, before: Fields): boolean {
  if (deepEqual(source, before['dataSource'])) return true
  const kind = textAt(source, 'kind')
  const group = textAt(source, 'apiGroup')
  if (kind === 'PersistentVolumeClaim') return group === ''
  return kind === 'VolumeSnapshot' && group === 'snapshot.storage.k8s.io'
}

function copySource(spec: Record<string, unknown>): void {
  const source = optionalRecordAt(spec, 'dataSource')
  const reference = optionalRecordAt(spec, 'dataSourceRef')
  if (source !== undefined && reference === undefined) spec['dataSourceRef'] = { ...source }
  if (reference !== undefined && source === undefined && reference['namespace'] === undefined) {
    spec['dataSource'] = { ...reference }
  }
}

/** Claims that earlier versions have stored may have one of the two fields. */
function withBothSources(claim: KubernetesObject): KubernetesObject {
  const spec = { ...recordAt(claim, 'spec') }
  copySource(spec)
  return { ...claim, spec }
}

function isBound(claim: KubernetesObject): boolean {
  return textAt(recordAt(claim, 'spec'), 'volumeName') !== ''
}

function capacityOf(claim: KubernetesObject): string {
  return optionalTextAt(recordAt(recordAt(claim, 'status'), 'capacity'), 'storage') ?? '0'
}
