import type { KindRules } from '../../definitions/built-in-kind.ts'
import { textColumn } from '../../definitions/standard-columns.ts'

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
}
