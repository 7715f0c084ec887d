import { defineResource, type VersionConversion } from '@fairlead/kube-core'
import {
  type Consumer,
  consumerDeclaration,
  consumerFields,
  serviceAccountsDescription,
} from '../consumer.ts'
import { formerVersion } from '../group.ts'
import { object, setList, text, typed } from '../schema/fields.ts'
import { deprecationOf } from './deprecated.ts'
import { lacksField } from './lacks-field.ts'

const spec = object('Who the consumer is, and what it may use.', {
  ...consumerFields,
  serviceAccounts: setList(
    serviceAccountsDescription(', as namespace/name'),
    text('namespace/name of a ServiceAccount.', {
      min: 3,
      max: 317,
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
    }),
    { max: 64, default: [] },
  ),
})

/** A Consumer whose ServiceAccounts are texts. */
export const FormerConsumer = defineResource({
  ...consumerDeclaration,
  version: formerVersion,
  deprecated: deprecationOf(consumerDeclaration.kind),
  spec: typed(spec),
})

type Former = NonNullable<typeof FormerConsumer._object>

/** A ServiceAccount as `namespace/name` has both as fields. */
export const consumerConversion: VersionConversion<Former, Consumer> = {
  toHub(former) {
    if (lacksField(former, 'serviceAccounts')) return former as object as Consumer
    const { serviceAccounts, ...same } = former.spec
    const accounts = serviceAccounts.map((account) => {
      const slash = account.indexOf('/')
      return { namespace: account.slice(0, slash), name: account.slice(slash + 1) }
    })
    return { ...former, spec: { ...same, serviceAccounts: accounts } }
  },
  fromHub(current) {
    if (lacksField(current, 'serviceAccounts')) return current as object as Former
    const { serviceAccounts, ...same } = current.spec
    const accounts = serviceAccounts.map(({ namespace, name }) => `${namespace}/${name}`)
    return { ...current, spec: { ...same, serviceAccounts: accounts } }
  },
}
