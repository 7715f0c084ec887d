import { checkDns1035Label, checkDnsSubdomain, type KubernetesObject } from '@fairlead/kube-core'

import { optionalRecordAt, recordAt, textAt } from '../../definitions/fields.ts'
import type { Place } from '../shared/place.ts'

/** As validateParamKind in Kubernetes' validation of admission policies. */
export function validateParamKind(paramKind: Place): void {
  const apiVersion = paramKind.text('apiVersion')
  if (paramKind.requireText('apiVersion')) {
    const parts = apiVersion.split('/')
    if (parts.length > 2) {
      paramKind.invalid('apiVersion', `unexpected GroupVersion string: ${apiVersion}`)
    } else {
      const [group, version] = parts.length === 2 ? parts : ['', parts[0]]
      validateGroupVersion(paramKind, group ?? '', version ?? '')
    }
  }
  if (!paramKind.requireText('kind')) return
  const problems = checkDns1035Label(paramKind.text('kind').toLowerCase())
  if (problems.length === 0) return
  const detail = `may have mixed case, but should otherwise match: ${problems.join(',')}`
  paramKind.invalid('kind', detail)
}

function validateGroupVersion(paramKind: Place, group: string, version: string): void {
  const problems = group === '' ? [] : checkDnsSubdomain(group)
  if (problems.length > 0) paramKind.invalid('apiVersion', problems.join(','), group)
  if (version === '') {
    paramKind.invalid('apiVersion', 'version must be specified')
    return
  }
  const versionProblems = checkDns1035Label(version)
  if (versionProblems.length > 0) {
    paramKind.invalid('apiVersion', versionProblems.join(','), version)
  }
}

/** The kind of a policy's parameters, in a column. */
export function paramKindOf(policy: KubernetesObject): string {
  const kind = optionalRecordAt(recordAt(policy, 'spec'), 'paramKind')
  return kind === undefined ? '<unset>' : `${textAt(kind, 'apiVersion')}/${textAt(kind, 'kind')}`
}
