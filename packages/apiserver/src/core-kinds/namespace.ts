import { copyJson, errors } from '@fairlead/kube-core'

import { builtInKind, recordAt } from '../definitions/built-in-kind.ts'
import { list, object, text } from '../definitions/schema-builder.ts'
import { textColumn } from '../definitions/standard-columns.ts'

/** Namespaces that always exist. */
export const systemNamespaces = [
  'default',
  'kube-node-lease',
  'kube-public',
  'kube-system',
] as const

const immortal: ReadonlySet<string> = new Set(['default', 'kube-public', 'kube-system'])

export const namespaceKind = builtInKind({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  shortNames: ['ns'],
  openApiModule: 'api.core.v1',
  nameRule: 'label',
  hasStatusSubresource: true,
  description: 'Namespace provides a scope for names.',
  properties: {
    spec: object('The behaviour of the namespace.', {
      finalizers: list('Must be empty before the namespace is removed.', { type: 'string' }),
    }),
    status: object('Observed state of the namespace.', {
      phase: text('Active, or Terminating while its content is being deleted.'),
      conditions: list(
        'Why a deletion does not complete.',
        object('One aspect of the state.', {
          type: text('Name of the condition.'),
          status: text('True, False or Unknown.'),
          reason: text('Why, in one word.'),
          message: text('Why, in a sentence.'),
          lastTransitionTime: text('When the status last changed.'),
        }),
      ),
    }),
  },
  columns: [
    textColumn('Status', 'The status of the namespace', (namespace) => {
      return recordAt(namespace, 'status')['phase'] ?? ''
    }),
  ],
  selectableFields: ['status.phase'],
  writeRules: {
    prepareForCreate(namespace) {
      const { name } = namespace.metadata
      namespace['spec'] = { finalizers: ['kubernetes'] }
      namespace['status'] = { phase: 'Active' }
      if (name) {
        namespace.metadata.labels = {
          ...namespace.metadata.labels,
          'kubernetes.io/metadata.name': name,
        }
      }
    },
    prepareForUpdate(namespace, previous) {
      namespace['spec'] = copyJson(previous['spec'])
      const labels = { ...namespace.metadata.labels }
      labels['kubernetes.io/metadata.name'] = namespace.metadata.name ?? ''
      namespace.metadata.labels = labels
    },
    prepareForDelete(namespace) {
      namespace['status'] = { ...recordAt(namespace, 'status'), phase: 'Terminating' }
    },
    checkDelete({ metadata: { name = '' } }) {
      if (!immortal.has(name)) return
      throw errors.forbidden('namespaces', name, 'this namespace may not be deleted')
    },
  },
})
