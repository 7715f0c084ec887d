import { checkDnsLabel, checkDnsSubdomain, deepEqual } from '@fairlead/kube-core'

import { validateLabelSelector } from './label-selector.ts'
import type { Place } from './place.ts'
import { quantityAt, validateResourceQuantity } from './quantities.ts'

const accessModes: readonly string[] = [
  'ReadOnlyMany',
  'ReadWriteMany',
  'ReadWriteOnce',
  'ReadWriteOncePod',
]
const onePod = 'ReadWriteOncePod'

/**
 * As ValidatePersistentVolumeClaimSpec in Kubernetes' core validation: of a claim, or of a template
 * from which claims are made.
 * @param options what an update may keep because it was so before
 */
export function validateClaimSpec(
  spec: Place,
  options: {
    readonly mayHaveInvalidValues?: boolean
    readonly mayHaveInvalidGroups?: boolean
  } = {},
): void {
  const { mayHaveInvalidValues = false, mayHaveInvalidGroups = false } = options
  validateAccessModes(spec, mayHaveInvalidValues)
  validateStorage(spec)
  const className = spec.text('storageClassName')
  if (className !== '') spec.problems('storageClassName', checkDnsSubdomain(className))
  spec.oneOf('volumeMode', ['Block', 'Filesystem'])
  const source = spec.at('dataSource')
  const reference = spec.at('dataSourceRef')
  if (source !== undefined) validateSource(source, mayHaveInvalidGroups)
  if (reference !== undefined) {
    validateSource(reference, mayHaveInvalidGroups)
    const namespace = reference.text('namespace')
    if (namespace !== '') reference.problems('namespace', checkDnsLabel(namespace))
  }
  if (source === undefined || reference === undefined) return
  // The real server shows the path in place of the value.
  const shown = spec.pathOf('dataSource')
  if (reference.text('namespace') !== '') {
    spec.invalid('', 'may not be specified when dataSourceRef.namespace is specified', shown)
  } else if (!isSame(source, reference)) spec.invalid('', 'must match dataSourceRef', shown)
}

function validateAccessModes(spec: Place, mayHaveInvalidValues: boolean): void {
  const modes = spec.texts('accessModes')
  if (modes.length === 0) spec.required('accessModes', 'at least 1 access mode is required')
  validateLabelSelector(spec.at('selector'), { mayHaveInvalidValues })
  for (const mode of modes) {
    if (!accessModes.includes(mode)) spec.unsupported('accessModes', accessModes, mode)
  }
  const hasOther = modes.some((mode) => mode !== onePod && accessModes.includes(mode))
  if (!modes.includes(onePod) || !hasOther) return
  spec.forbidden('accessModes', 'may not use ReadWriteOncePod with other access modes')
}

function validateStorage(spec: Place): void {
  const field = 'resources[storage]'
  const requests = spec.within('resources').within('requests')
  const storage = quantityAt(requests, 'storage')
  if (storage === undefined) spec.required(field)
  else if (storage.nano <= 0n) {
    spec.invalid(field, 'must be greater than zero', requests.fields['storage'])
  } else validateResourceQuantity(requests, 'storage')
}

function validateSource(source: Place, mayHaveInvalidGroup: boolean): void {
  source.requireText('name')
  source.requireText('kind')
  const group = source.text('apiGroup')
  if (group === '' && source.text('kind') !== 'PersistentVolumeClaim') {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
    source.invalid('', detail, source.text('kind'))
  }
  if (group !== '' && !mayHaveInvalidGroup) source.problems('apiGroup', checkDnsSubdomain(group))
}

function isSame(source: Place, reference: Place): boolean {
  const identity = ({ fields: { apiGroup, kind, name } }: Place): unknown => [apiGroup, kind, name]
  return deepEqual(identity(source), identity(reference))
}
