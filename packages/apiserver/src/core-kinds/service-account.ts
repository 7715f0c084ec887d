import { textColumn } from '../definitions/standard-columns.ts'
import { builtInKind } from '../definitions/built-in-kind.ts'
import { objectReference } from '../definitions/object-reference-schema.ts'
import { atomic, flag, keyedList, list, object, text } from '../definitions/schema-builder.ts'

export const serviceAccountKind = builtInKind({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
  shortNames: ['sa'],
  openApiModule: 'api.core.v1',
  description: 'ServiceAccount is an identity for programs.',
  properties: {
    automountServiceAccountToken: flag('Whether pods get a token of this account by default.'),
    secrets: keyedList('Secrets that programs of this account may use.', ['name'], objectReference),
    imagePullSecrets: list(
      'Secrets for pulling images.',
      atomic(object('A reference by name.', { name: text('Name of the secret.') })),
    ),
  },
  columns: [
    {
      ...textColumn('Secrets', 'Number of secrets', (account) => {
        return Array.isArray(account['secrets']) ? account['secrets'].length : 0
      }),
      type: 'integer',
    },
  ],
})
