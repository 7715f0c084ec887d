import { isJsonObject } from '@fairlead/base'
import { checkLabelKey, copyJson, invalidField } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textsAt } from '../../definitions/fields.ts'
import type { MutableObject } from '../../definitions/resource-definition.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { errorsOf } from '../shared/place.ts'

/** Namespaces that always exist. */
export const systemNamespaces = [
  'default',
  'kube-node-lease',
  'kube-public',
  'kube-system',
] as const

const kubeFinalizer = 'kubernetes'
const nameLabel = 'kubernetes.io/metadata.name'

/** As Kubernetes' Namespace strategy, defaults and validation. */
export const namespaceRules: KindRules = {
  group: '',
  plural: 'namespaces',
  nameRule: 'label',
  columns: [
    textColumn('Status', 'The status of the namespace', (namespace) => {
      return recordAt(namespace, 'status')['phase'] ?? ''
    }),
  ],
  selectableFields: ['status.phase'],
  objectSubresources: ['finalize'],
  writeRules: {
    defaults: labelWithName,
    prepareForCreate(namespace) {
      const spec = recordAt(namespace, 'spec')
      const finalizers = textsAt(spec, 'finalizers')
      if (!finalizers.includes(kubeFinalizer)) spec['finalizers'] = [...finalizers, kubeFinalizer]
      namespace['spec'] = spec
      namespace['status'] = { phase: 'Active' }
    },
    prepareForUpdate(namespace, previous, { subresource }) {
      const kept = subresource === 'finalize' ? 'status' : 'spec'
      namespace[kept] = copyJson(previous[kept])
    },
    validate: (namespace, previous, subresource) =>
      errorsOf(namespace, (root) => {
        const isFinalized = subresource === 'finalize'
        if (previous !== undefined && !isFinalized) return
        for (const [index, finalizer] of root.within('spec').texts('finalizers').entries()) {
          const field = `spec.finalizers${isFinalized ? `[${index}]` : ''}`
          root.problems(field, checkFinalizer(finalizer), finalizer)
        }
      }),
    validateStatus: ({ metadata, status }) => {
      const wanted = metadata.deletionTimestamp === undefined ? 'Active' : 'Terminating'
      const phase = isJsonObject(status) ? status['phase'] : undefined
      if (phase === wanted) return []
      const state = wanted === 'Active' ? 'empty' : 'not empty'
      const detail = `may only be '${wanted}' if \`deletionTimestamp\` is ${state}`
      return [invalidField('status.Phase', phase ?? '', detail)]
    },
    prepareForDelete(namespace) {
      namespace['status'] = { ...recordAt(namespace, 'status'), phase: 'Terminating' }
    },
  },
}

/** As SetDefaults_Namespace in Kubernetes' core defaults. */
function labelWithName({ metadata }: MutableObject): void {
  if (metadata.name) metadata.labels = { ...metadata.labels, [nameLabel]: metadata.name }
}

function checkFinalizer(finalizer: string): readonly string[] {
  const isStandard = [kubeFinalizer, 'orphan', 'foregroundDeletion'].includes(finalizer)
  return [
    ...checkLabelKey(finalizer),
    ...(finalizer.includes('/') || isStandard
      ? []
      : ['name is neither a standard finalizer name nor is it fully qualified']),
  ]
}
