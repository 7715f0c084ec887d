import type { AdmissionCompiler, KubernetesObject } from '@fairlead/kube-core'

import { listAt, optionalRecordAt, recordAt } from '../../definitions/fields.ts'
import type { PrinterColumn } from '../../definitions/printer-column.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import type { Place } from '../shared/place.ts'
import { hasSameConditions, validateMatchConditions } from './match-condition.ts'
import { defaultMatchResources, validateMatchResources } from './match-resources.ts'
import { paramKindOf, validateParamKind } from './param-kind.ts'
import { validateVariable } from './policy-variable.ts'

/** The columns of a kind of policy: how many things it has in a list, and the kind of its parameters. */
export function policyColumns(title: string, list: string): PrinterColumn[] {
  return [
    {
      ...textColumn(title, `How many ${list} it has`, (policy) => {
        return listAt(recordAt(policy, 'spec'), list).length
      }),
      type: 'integer',
    },
    textColumn('ParamKind', 'The kind of its parameters', paramKindOf),
  ]
}

/** The defaults that both kinds of policies have. */
export function defaultPolicy(policy: KubernetesObject): void {
  const spec = recordAt(policy, 'spec')
  spec['failurePolicy'] ??= 'Fail'
  defaultMatchResources(optionalRecordAt(spec, 'matchConstraints'))
  policy['spec'] = spec
}

/** What a policy says of the requests that it means, without its conditions. */
export function validateMatching(spec: Place): void {
  if (spec.has('failurePolicy')) spec.oneOf('failurePolicy', ['Fail', 'Ignore'])
  else spec.required('failurePolicy')
  const paramKind = spec.at('paramKind')
  if (paramKind !== undefined) validateParamKind(paramKind)
  const match = spec.at('matchConstraints')
  if (match === undefined) spec.required('matchConstraints')
  else {
    validateMatchResources(match)
    if (match.items('resourceRules').length === 0) match.required('resourceRules')
  }
}

/** Its conditions, and the variables of its expressions. */
export function validateTerms(
  spec: Place,
  previous: KubernetesObject | undefined,
  compiler: () => AdmissionCompiler,
): void {
  if (!hasSameConditions(spec, previous)) validateMatchConditions(spec, compiler)
  for (const variable of spec.each('variables')) validateVariable(variable, compiler())
}
