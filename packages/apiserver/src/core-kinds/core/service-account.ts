import type { KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordsAt } from '../../definitions/fields.ts'
import type { MutableObject } from '../../definitions/resource-definition.ts'
import { textColumn } from '../../definitions/standard-columns.ts'

const mountableSecrets = 'kubernetes.io/enforce-mountable-secrets'

/** As Kubernetes' ServiceAccount strategy and validation. */
export const serviceAccountRules: KindRules = {
  group: '',
  plural: 'serviceaccounts',
  columns: [
    {
      ...textColumn('Secrets', 'Number of secrets', (account) => {
        return Array.isArray(account['secrets']) ? account['secrets'].length : 0
      }),
      type: 'integer',
    },
  ],
  writeRules: { prepareForCreate: nameSecrets, prepareForUpdate: nameSecrets, warnings },
}

/** As cleanSecretReferences: of its secrets an account has the names, and nothing else. */
function nameSecrets(account: MutableObject): void {
  const secrets = recordsAt(account, 'secrets')
  if (secrets.length === 0) return
  account['secrets'] = secrets.map(({ name }) => (name === undefined ? {} : { name }))
}

/** Who sets the annotation is warned once. */
function warnings(account: KubernetesObject, previous?: KubernetesObject): readonly string[] {
  const isSet = (of: KubernetesObject | undefined): boolean =>
    of?.metadata.annotations?.[mountableSecrets] !== undefined
  if (!isSet(account) || isSet(previous)) return []
  return [
    `metadata.annotations[${mountableSecrets}]: deprecated in v1.32+; ` +
      'prefer separate namespaces to isolate access to mounted secrets',
  ]
}
