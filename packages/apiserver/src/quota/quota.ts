import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, textsAt } from '../definitions/fields.ts'
import { parseAmounts, type Amounts } from './amounts.ts'

/** A ResourceQuota. */
export interface Quota {
  readonly name: string
  /** What may be used. */
  readonly hard: Amounts
  /** What is enforced: what `hard` was when the usage was last counted. */
  readonly enforced: Amounts
  readonly used: Amounts
  /** Which objects count; all of them must hold. */
  readonly scopes: readonly QuotaScope[]
}

/** One scope of a quota, such as `BestEffort`, or `PriorityClass` with names of classes. */
export interface QuotaScope {
  readonly name: string
  /** `In`, `NotIn`, `Exists` or `DoesNotExist`. */
  readonly operator: string
  readonly values: readonly string[]
}

/** Reads a validated quota. */
export function parseQuota(quota: KubernetesObject): Quota {
  const spec = recordAt(quota, 'spec')
  const status = recordAt(quota, 'status')
  return {
    name: quota.metadata.name ?? '',
    hard: parseAmounts(spec['hard']),
    enforced: parseAmounts(status['hard']),
    used: parseAmounts(status['used']),
    scopes: [
      ...textsAt(spec, 'scopes').map((name) => ({ name, operator: 'Exists', values: [] })),
      ...recordsAt(recordAt(spec, 'scopeSelector'), 'matchExpressions').map((each) => ({
        name: textAt(each, 'scopeName'),
        operator: textAt(each, 'operator'),
        values: textsAt(each, 'values'),
      })),
    ],
  }
}
