import type { AdmissionCompiler } from '@fairlead/kube-core'

import type { Place } from '../shared/place.ts'
import { invalidExpression } from './expression.ts'

/** As validateVariable in Kubernetes' validation of admission policies. */
export function validateVariable(variable: Place, compiler: AdmissionCompiler): void {
  const name = variable.text('name')
  if (name.trim() === '') variable.required('name', 'name is not specified')
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reservedNames.has(name)) {
    variable.invalid('name', 'name is not a valid CEL identifier')
  }
  const expression = variable.text('expression')
  if (expression.trim() === '') variable.required('expression', 'expression is not specified')
  else invalidExpression(variable, 'expression', compiler.variable(name, expression))
}

/** Words that CEL keeps for itself. */
const reservedNames: ReadonlySet<string> = new Set(
  (
    'as break const continue else false for function if import in let loop namespace null ' +
    'package return true var void while'
  ).split(' '),
)
