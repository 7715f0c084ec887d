import {
  compareQuantity,
  deepEqual,
  forbiddenField,
  parseQuantity,
  type FieldError,
  type KubernetesObject,
  type Quantity,
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
import { validateClaimSpec } from '../shared/claim-spec.ts'
import { fieldsWithin } from '../shared/defaulting.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { errorsOf } from '../shared/place.ts'
import { defaultClaimSpec } from '../shared/pod/default-volumes.ts'
import { roundUpResources } from '../shared/resource-list.ts'

const classAnnotation = 'volume.beta.kubernetes.io/storage-class'

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
    },
    validate: (claim, previous) =>
      errorsOf(claim, (root) => {
        const tolerated = { mayHaveInvalidValues: previous !== undefined }
        validateClaimSpec(root.within('spec'), tolerated)
      }),
    validateUpdate,
    validateStatus: () => [],
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

function validateUpdate(claim: KubernetesObject, previous: KubernetesObject): FieldError[] {
  const next = recordAt(claim, 'spec')
  const before = { ...recordAt(previous, 'spec') }
  copySource(before)
  const found: FieldError[] = []
  const allowed = new Set<string>()
  if (textAt(before, 'volumeName') === '') allowed.add('volumeName')
  if (before['storageClassName'] === undefined) allowed.add('storageClassName')
  const isResizable = textAt(recordAt(claim, 'status'), 'phase') === 'Bound'
  const fields = new Set([...Object.keys(next), ...Object.keys(before)])
  const isSame = [...fields].every((field) => {
    if (allowed.has(field)) return true
    if (field === 'resources' && isResizable) {
      return deepEqual(withoutStorage(next), withoutStorage(before))
    }
    return deepEqual(next[field], before[field])
  })
  if (!isSame) {
    const detail =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
    found.push(forbiddenField('spec', detail))
  }
  const [size, sizeBefore] = [storageOf(next), storageOf(before)]
  if (size !== undefined && sizeBefore !== undefined && compareQuantity(size, sizeBefore) < 0) {
    const capacity = quantity(recordAt(recordAt(previous, 'status'), 'capacity')['storage'])
    if (compareQuantity(size, capacity ?? parseQuantity('0')) <= 0) {
      const detail = 'field can not be less than status.capacity'
      found.push(forbiddenField('spec.resources.requests.storage', detail))
    }
  }
  return [...found, ...immutableErrors(next, before, '', ['volumeMode'])]
}

function withoutStorage(spec: Fields): unknown {
  const resources = recordAt(spec, 'resources')
  return { ...resources, requests: { ...recordAt(resources, 'requests'), storage: undefined } }
}

function storageOf(spec: Fields): Quantity | undefined {
  return quantity(recordAt(recordAt(spec, 'resources'), 'requests')['storage'])
}

function quantity(value: unknown): Quantity | undefined {
  return typeof value === 'string' ? parseQuantity(value) : undefined
}

function isBound(claim: KubernetesObject): boolean {
  return textAt(recordAt(claim, 'spec'), 'volumeName') !== ''
}

function capacityOf(claim: KubernetesObject): string {
  return optionalTextAt(recordAt(recordAt(claim, 'status'), 'capacity'), 'storage') ?? '0'
}
