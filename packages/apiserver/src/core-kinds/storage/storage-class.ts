import {
  checkLabelKey,
  deepEqual,
  forbiddenField,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, recordsAt, textAt } from '../../definitions/fields.ts'
import { ageColumn, textColumn } from '../../definitions/standard-columns.ts'
import { nodeLabelDeprecation } from '../shared/deprecated-node-labels.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { errorsOf, type Place } from '../shared/place.ts'

const parametersMax = 512
const parameterBytesMax = 256 * 1024
const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]

/** As Kubernetes' StorageClass strategy, defaults and validation. */
export const storageClassRules: KindRules = {
  group: 'storage.k8s.io',
  plural: 'storageclasses',
  allColumns: [
    textColumn('Name', 'The name, and whether it is the default', nameOf),
    textColumn('Provisioner', 'What makes volumes', (each) => textAt(each, 'provisioner')),
    textColumn('ReclaimPolicy', 'What happens to released volumes', (each) => {
      return each['reclaimPolicy'] ?? 'Delete'
    }),
    textColumn('VolumeBindingMode', 'When volumes are bound', (each) => {
      return each['volumeBindingMode'] ?? 'Immediate'
    }),
    textColumn('AllowVolumeExpansion', 'Whether volumes may grow', (each) => {
      return each['allowVolumeExpansion'] === true
    }),
    ageColumn,
  ],
  writeRules: {
    defaults(storageClass) {
      storageClass['reclaimPolicy'] ??= 'Delete'
      storageClass['volumeBindingMode'] ??= 'Immediate'
    },
    validate: (storageClass) => errorsOf(storageClass, validate),
    validateUpdate,
    warnings: topologyWarnings,
  },
}

function validate(root: Place): void {
  if (root.requireText('provisioner')) {
    const name = root.text('provisioner').toLowerCase()
    root.problems('provisioner', checkLabelKey(name), name)
  }
  validateParameters(root)
  if (root.text('reclaimPolicy') !== '') root.oneOf('reclaimPolicy', ['Delete', 'Retain'])
  if (root.has('volumeBindingMode')) {
    root.oneOf('volumeBindingMode', ['Immediate', 'WaitForFirstConsumer'])
  } else root.required('volumeBindingMode')
  validateTopologies(root)
}

function validateParameters(root: Place): void {
  const parameters = Object.entries(root.textMap('parameters'))
  if (parameters.length > parametersMax) {
    root.tooLong('parameters', parametersMax)
    return
  }
  let bytes = 0
  for (const [key, value] of parameters) {
    if (key === '') root.invalid('parameters', 'field can not be empty.', key)
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  if (bytes > parameterBytesMax) root.tooLong('parameters', parameterBytesMax)
}

function validateTopologies(root: Place): void {
  const terms = root.each('allowedTopologies')
  // As in the real server, a term without labels equals as many empty ones as there are terms.
  const seen: string[] = terms.map(() => '{}')
  for (const term of terms) {
    const labels: Record<string, readonly string[]> = {}
    for (const requirement of term.each('matchLabelExpressions')) {
      const key = requirement.text('key')
      validateRequirement(requirement)
      if (Object.hasOwn(labels, key)) requirement.duplicate('key', key)
      labels[key] = [...new Set(requirement.texts('values'))].toSorted()
    }
    const text = JSON.stringify(
      Object.fromEntries(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    )
    for (const other of seen) {
      if (other === text) term.duplicate('matchLabelExpressions', '')
    }
    seen.push(text)
  }
}

function validateRequirement(requirement: Place): void {
  const values = requirement.texts('values')
  if (values.length === 0) requirement.required('values')
  const seen = new Set<string>()
  for (const [index, value] of values.entries()) {
    if (seen.has(value)) requirement.duplicate(`values[${index}]`, value)
    seen.add(value)
  }
  const key = requirement.text('key')
  requirement.problems('key', checkLabelKey(key), key)
}

function validateUpdate(storageClass: KubernetesObject, previous: KubernetesObject): FieldError[] {
  const found: FieldError[] = []
  const before = recordAt(previous, 'parameters')
  if (!deepEqual(recordAt(storageClass, 'parameters'), before)) {
    found.push(forbiddenField('parameters', 'updates to parameters are forbidden.'))
  }
  for (const field of ['provisioner', 'reclaimPolicy']) {
    if (storageClass[field] === previous[field]) continue
    found.push(forbiddenField(field, `updates to ${field} are forbidden.`))
  }
  return [...found, ...immutableErrors(storageClass, previous, '', ['volumeBindingMode'])]
}

/** As GetWarningsForStorageClass in Kubernetes' `pkg/api/storage`. */
function topologyWarnings(storageClass: KubernetesObject): readonly string[] {
  return recordsAt(storageClass, 'allowedTopologies').flatMap((term, index) =>
    recordsAt(term, 'matchLabelExpressions').flatMap((expression, place) => {
      const deprecation = nodeLabelDeprecation(textAt(expression, 'key'))
      if (deprecation === undefined) return []
      const path = `allowedTopologies[${index}].matchLabelExpressions[${place}]`
      return [`${path}.key: ${deprecation}`]
    }),
  )
}

function nameOf({ metadata }: KubernetesObject): string {
  const isDefault = defaultAnnotations.some((name) => metadata.annotations?.[name] === 'true')
  return isDefault ? `${metadata.name} (default)` : (metadata.name ?? '')
}
