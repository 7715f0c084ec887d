import { copyJson } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'

/** Namespaces that always exist. */
export const systemNamespaces = [
  'default',
  'kube-node-lease',
  'kube-public',
  'kube-system',
] as const

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
  writeRules: {
    // As SetDefaults_Namespace in Kubernetes' core defaults.
    defaults(namespace) {
      const { name } = namespace.metadata
      if (name) {
        namespace.metadata.labels = {
          ...namespace.metadata.labels,
          'kubernetes.io/metadata.name': name,
        }
      }
    },
    prepareForCreate(namespace) {
      namespace['spec'] = { finalizers: ['kubernetes'] }
      namespace['status'] = { phase: 'Active' }
    },
    prepareForUpdate(namespace, previous) {
      namespace['spec'] = copyJson(previous['spec'])
    },
    prepareForDelete(namespace) {
      namespace['status'] = { ...recordAt(namespace, 'status'), phase: 'Terminating' }
    },
  },
}
